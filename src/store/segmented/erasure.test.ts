import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { siblingModule } from '../../runtime/thread.ts';
import type { EventStore } from '../event-store.ts';
import { erasureOf, type TestDraft, TestLog } from '../test-log.fixture.ts';
import { checkDataDirectory } from './check.ts';
import { directoryContains } from './directory-contents.fixture.ts';
import { openSegmentedStore } from './store.ts';

const salt = (n: number) => Buffer.from(`salt of ${String(n).padStart(8, '0')}`);
const draft = (n: number): TestDraft => ({
  description: `Opened the vault ${n}`,
  user: { email: `<noor-${n}@example.com>` },
  context: { client_ip: `2001:db8::${n}:` },
  salt: salt(n),
});
/** What must be nowhere once event n is erased. */
const traces = (n: number) => [`<noor-${n}@example.com>`, `2001:db8::${n}:`, `${salt(n)}`];

describe('erasing in a data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-erasing-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const open = (segmentEvents = 100) =>
    openSegmentedStore({ directory, readers: 2, segmentEvents });

  it('leaves no byte of it in any file, whether it was sealed or not', async () => {
    const log = new TestLog('org');
    const store = await open(2);
    await log.record(store, [draft(0), draft(1)]);
    await log.record(store, [draft(2)]);
    while (!(await readdir(join(directory, 'segments'))).includes('000000.segment')) {
      await setTimeout(1);
    }
    for (const n of [0, 1, 2])
      assert.ok(await directoryContains(directory, traces(n)), `event ${n}`);
    await store.erase('org', log.events.map(erasureOf));
    for (const n of [0, 1, 2]) assert.equal(await directoryContains(directory, traces(n)), false);
    await store.close();
    for (const n of [0, 1, 2]) assert.equal(await directoryContains(directory, traces(n)), false);
  });

  it('goes on under queries, and every answer is right', async () => {
    const log = new TestLog('org');
    const store = await open();
    await log.record(
      store,
      Array.from({ length: 450 }, (_, n) => draft(n)),
    );
    const whole = log.events.map(({ body }) => body);
    const erased = log.events.map((event) => erasureOf(event).body);
    let gone = 0;
    let erasing = true;
    const ask = async () => {
      while (erasing) {
        await setImmediate();
        const before = gone;
        const bodies: string[] = [];
        for await (const batch of store.scan('org', { from: 0, to: 450 })) {
          bodies.push(...batch.map(({ body }) => body));
        }
        assert.equal(bodies.length, 450);
        for (const [n, body] of bodies.entries()) {
          assert.ok(body === erased[n] || (n >= before && body === whole[n]), `event ${n}`);
        }
      }
    };
    const work = async () => {
      for (; gone < 450; gone += 30) {
        await store.erase('org', log.events.slice(gone, gone + 30).map(erasureOf));
      }
      erasing = false;
    };
    await Promise.all([work(), ask(), ask()]);
    await store.close();
    for await (const { problem } of checkDataDirectory(directory)) assert.equal(problem, undefined);
  });

  it('leaves each event whole or erased when it is killed, and forgets what was acknowledged', async () => {
    const log = new TestLog('org');
    const filled = await open();
    for (let first = 0; first < 600; first += 100) {
      await log.record(
        filled,
        Array.from({ length: 100 }, (_, n) => draft(first + n)),
      );
    }
    await filled.close();
    let acknowledged = -1;
    for (let kill = 0; kill < 3; kill += 1) {
      acknowledged = await eraseUntilKilled(directory, acknowledged + 1);
      const store = await open();
      try {
        await checkEach(store, log, acknowledged);
      } finally {
        await store.close();
      }
      for await (const { problem } of checkDataDirectory(directory))
        assert.equal(problem, undefined);
    }
    assert.ok(acknowledged >= 0);
  });
});

/** Everything up to the acknowledged one is erased, the next one perhaps, and no other. */
async function checkEach(store: EventStore, log: TestLog, acknowledged: number): Promise<void> {
  for await (const batch of store.scan('org', { from: 0, to: log.events.length })) {
    for (const { sequence, body, salt: held } of batch) {
      const event = log.events[sequence]!;
      const isWhole = body === event.body && held !== undefined;
      const isErased = body === erasureOf(event).body && held === undefined;
      assert.ok(isErased ? sequence <= acknowledged + 1 : isWhole && sequence > acknowledged);
    }
  }
  const conditions = [{ facets: ['clientIp'] as const, values: ['2001:db8::0:'] }];
  assert.equal(await store.count('org', { conditions }), acknowledged < 0 ? 1 : 0);
}

/** Gives the last event that the process said was erased. */
async function eraseUntilKilled(directory: string, from: number): Promise<number> {
  const program = siblingModule(import.meta.url, './erasure.fixture').pathname;
  const child = spawn(process.execPath, [program, directory, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child.stdout, 'data');
  await setTimeout(Math.random() * 200);
  child.kill('SIGKILL');
  await once(child, 'close');
  return Number(output.split('\n').at(-2));
}
