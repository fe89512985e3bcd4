import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import type { StoredEvent } from '../event-store.ts';
import { erasureOf, TestLog } from '../test-log.fixture.ts';
import { crashDraft, segmentEvents } from './crash-scenario.fixture.ts';
import { DataDirectory } from './data-directory.ts';
import { directoryContains } from './directory-contents.fixture.ts';
import { assertTidy, sampleOf, statesOf } from './kept-states.fixture.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

describe('a store that is killed at any step', () => {
  it('opens, has all that it acknowledged, and leaves nothing behind', async () => {
    const place = mkdtempSync(join(tmpdir(), 'annals-crash-'));
    try {
      const states = statesOf(place, './crash-scenario.fixture');
      assert.ok(states.length > 200, `${states.length} states`);
      const log = new TestLog('org');
      log.accept(log.plan(Array.from({ length: 200 }, (_, n) => crashDraft(n))));
      for (const state of sampleOf(states, 6)) {
        try {
          await checkState(state, log);
        } catch (error) {
          throw new Error(`State ${basename(state)} of ${states.length}`, { cause: error });
        }
      }
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});

async function checkState(place: string, log: TestLog): Promise<void> {
  const path = join(place, 'data');
  const acknowledged = readAcknowledged(join(place, 'acknowledged'));
  mkdirSync(path, { recursive: true });
  const directory = new DataDirectory(path);
  const options = { directory: path, segmentEvents, segmentMicros: Number.POSITIVE_INFINITY };
  // The second start finds what the first has left.
  for (let start = 0; start < 2; start += 1) {
    const writer = new Writer(options, (bytes) => bytes.fill(7));
    try {
      const { version, logs, segmentsDropped, findings } = writer.openResult();
      assert.deepEqual(findings, []);
      const first = segmentsDropped[0]?.[1].before ?? 0;
      const size = logs[0]?.head.size ?? 0;
      assert.ok(size >= acknowledged.size, `${size} of ${acknowledged.size} events`);
      assert.ok(first >= acknowledged.dropped, `${first} of ${acknowledged.dropped} are gone`);
      const reader = new Reader(directory, version, 30_000);
      try {
        await checkEvents(reader, log, { from: first, to: size }, acknowledged.erased);
      } finally {
        await reader.close();
      }
      const ids = log.events.map(({ eventID }) => eventID);
      assert.deepEqual([...writer.findExisting('org', ids).keys()], ids.slice(first, size));
    } finally {
      writer.close();
    }
    assertTidy(path);
    const traces = acknowledged.erased.map((n) => `<noor-${n}@example.com>`);
    assert.equal(await directoryContains(path, traces), false);
  }
}

/** The log has these events and no others, and those that were erased are. */
async function checkEvents(
  reader: Reader,
  { events }: TestLog,
  range: { readonly from: number; readonly to: number },
  erased: readonly number[],
): Promise<void> {
  const asked = { log: 0, disconnected: undefined };
  const found: StoredEvent[] = [];
  for (let from = 0; ; ) {
    const page = await reader.scanPage(asked, { from, to: range.to }, {});
    if (page.events.length === 0) break;
    found.push(...page.events);
    from = page.next;
  }
  const expected = events.slice(range.from, range.to).map((event) => {
    const isErased = found.find(({ sequence }) => sequence === event.sequence)?.salt === undefined;
    return isErased && mayBeErased.includes(event.sequence) ? erasureOf(event).body : event.body;
  });
  assert.deepEqual(
    found.map(({ body }) => body),
    expected,
  );
  for (const { sequence, salt } of found) {
    if (erased.includes(sequence)) assert.equal(salt, undefined, `${sequence} was erased`);
  }
  const leaves = await reader.treeNodes(asked, 0, 0, range.to);
  assert.deepEqual(
    Buffer.from(leaves),
    Buffer.concat(events.slice(0, range.to).map(({ leafHash }) => leafHash)),
  );
}

const mayBeErased = [30, 103, 107];

function readAcknowledged(path: string): { size: number; dropped: number; erased: number[] } {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  const numbers = (word: string) =>
    lines.filter((line) => line.startsWith(word)).map((line) => Number(line.split(' ')[1]));
  return {
    size: numbers('recorded').at(-1) ?? 0,
    dropped: numbers('dropped').at(-1) ?? 0,
    erased: numbers('erased'),
  };
}
