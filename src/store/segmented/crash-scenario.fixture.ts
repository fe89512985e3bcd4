/**
 * A day in the life of a store, in small: it seals, erases, compacts, drops, and is opened again. What is acknowledged is
 * noted in a file, a line each: `recorded 40`, `erased 7`, `dropped 20`.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EventStore } from '../event-store.ts';
import { erasureOf, type TestDraft, TestLog, testEpoch } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

export const segmentEvents = 20;

export const crashDraft = (n: number): TestDraft => ({
  action: n % 3 === 0 ? 'open' : 'close',
  description: `Opened the vault ${n}`,
  user: { email: `<noor-${n}@example.com>` },
  salt: Buffer.from(`salt of ${String(n).padStart(8, '0')}`),
});

async function live(directory: string, acknowledge: (line: string) => void): Promise<void> {
  const open = () => openSegmentedStore({ directory, readers: 1, segmentEvents });
  let store: EventStore = await open();
  const log = new TestLog('org');
  const record = async (count: number) => {
    const { size } = log.head;
    await log.record(
      store,
      Array.from({ length: count }, (_, n) => crashDraft(size + n)),
    );
    acknowledge(`recorded ${log.head.size}`);
  };
  const erase = async (sequence: number) => {
    await store.erase('org', [erasureOf(log.events[sequence]!)]);
    acknowledge(`erased ${sequence}`);
  };
  const drop = async (before: number) => {
    await store.drop(await store.expired(testEpoch + before * 1_000));
    acknowledge(`dropped ${(await store.dropped('org'))?.before ?? 0}`);
  };

  for (let round = 0; round < 5; round += 1) await record(20);
  // In the active segment, which is ended by it, and in a sealed one.
  await record(5);
  await erase(103);
  await erase(30);
  await record(4);
  await erase(107);
  // What is sealing or compacting is finished before the next step.
  await store.expired(testEpoch);
  await store.close();
  store = await open();
  await record(20);
  await drop(40);
  await record(20);
  await setTimeout(50);
  await store.expired(testEpoch);
  await store.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ANNALS_TEST_DIRECTORY: directory = '', ANNALS_TEST_STATES: states = '' } = process.env;
  await live(directory, (line) => appendFileSync(join(states, 'acknowledged'), `${line}\n`));
}
