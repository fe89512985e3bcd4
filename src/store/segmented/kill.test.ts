import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { siblingModule } from '../../runtime/thread.ts';
import type { EventStore } from '../event-store.ts';
import { TestLog, testNodeHash } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

const kills = Number(process.env.ANNALS_TEST_KILLS ?? 2);

describe('a store whose process is killed while it appends and seals', () => {
  it('keeps what it acknowledged, each event once, again and again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'annals-kill-'));
    const acknowledged = new Map<string, number>();
    for (let kill = 0; kill < kills; kill += 1) {
      await appendUntilKilled(directory, acknowledged);
      const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 500 });
      try {
        for (const [organisation, size] of acknowledged) {
          assert.ok((await store.head(organisation)).size >= size, `${organisation} lost events`);
          await checkLog(store, organisation);
        }
      } finally {
        await store.close();
      }
    }
    assert.ok(acknowledged.size === 3);
    await rm(directory, { recursive: true });
  });
});

/** Runs another process for a moment, and notes what it was told is safe. */
async function appendUntilKilled(
  directory: string,
  acknowledged: Map<string, number>,
): Promise<void> {
  const program = siblingModule(import.meta.url, './kill.fixture').pathname;
  const child = spawn(process.execPath, [program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child.stdout, 'data');
  await setTimeout(Math.random() * 300);
  child.kill('SIGKILL');
  await once(child, 'close');
  for (const line of output.split('\n').slice(0, -1)) {
    const [organisation = '', size] = line.split(' ');
    acknowledged.set(organisation, Number(size));
  }
}

/** Everything about a log fits together: events, ids, leaves, nodes and head. */
async function checkLog(store: EventStore, organisation: string): Promise<void> {
  const head = await store.head(organisation);
  const expected = new TestLog(organisation);
  expected.accept(expected.plan(Array.from({ length: head.size }, () => ({ action: 'POST' }))));
  assert.deepEqual(head.root, expected.head.root);
  const bodies: string[] = [];
  for await (const events of store.scan(organisation, { from: 0, to: head.size + 1 })) {
    bodies.push(...events.map(({ body }) => body));
  }
  assert.deepEqual(
    bodies,
    expected.events.map(({ body }) => body),
  );
  assert.equal(await store.count(organisation, {}), head.size);
  const ids = expected.events.map(({ eventID }) => eventID);
  assert.equal(
    (await store.findExisting(organisation, [...ids, `e-${head.size}`])).size,
    head.size,
  );
  const leaves = await store.treeNodes(organisation, 0, 0, head.size);
  assert.deepEqual(
    leaves,
    new Uint8Array(Buffer.concat(expected.events.map(({ leafHash }) => leafHash))),
  );
  const tops = Array.from({ length: Math.floor(head.size / 256) }, (_, index) =>
    testNodeHash(organisation, 8, index),
  );
  assert.deepEqual(
    await store.treeNodes(organisation, 8, 0, tops.length + 1),
    new Uint8Array(Buffer.concat(tops)),
  );
}
