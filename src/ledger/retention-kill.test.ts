import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { AuditEvent } from '../core/event.ts';
import { type Micros, minute } from '../core/micros.ts';
import { personalPaths } from '../integrity/personal.ts';
import { siblingModule } from '../runtime/thread.ts';
import type { EventStore } from '../store/event-store.ts';
import { openSegmentedStore } from '../store/segmented/store.ts';
import { checkLog } from './checkpoints/check-log.ts';
import { GroupCommit } from './group-commit.ts';
import { Sequencer } from './sequencing.ts';

const kills = Number(process.env.ANNALS_TEST_KILLS ?? 2);
const began: Micros = 1_800_000_000_000_000;
const organisations = ['org-a', 'org-b'];
const events = 1_000;

describe('retention in a process that is killed', () => {
  it('drops nothing unrecorded and records nothing twice, again and again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'annals-retention-'));
    const open = () => openSegmentedStore({ directory, readers: 1, segmentEvents: 100 });
    await fill(await open());
    let dropped = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      await dropUntilKilled(directory, began + dropped * minute);
      const store = await open();
      try {
        for (const organisation of organisations) dropped = await checkDropped(store, organisation);
      } finally {
        await store.close();
      }
    }
    assert.ok(dropped > 0);
    await rm(directory, { recursive: true });
  });
});

/** An event of each log a minute, a segment of which goes with every round or so. */
async function fill(store: EventStore): Promise<void> {
  let now = began;
  const clock = () => now;
  const random = (bytes: Uint8Array) => void randomFillSync(bytes);
  const sequencer = new Sequencer({ clock, random, personalPaths: () => personalPaths() });
  const ledger = new GroupCommit({ store, sequencer, clock });
  for (let recorded = 0; recorded < events; recorded += 50) {
    now += 50 * minute;
    const drafts = Array.from({ length: 50 }, () => ({ action: 'test' }));
    await Promise.all(organisations.map((organisation) => ledger.record(organisation, drafts)));
  }
  await ledger.close();
  await store.close();
}

/** Goes on where events recorded before an instant are gone. */
async function dropUntilKilled(directory: string, from: Micros): Promise<void> {
  const program = siblingModule(import.meta.url, './retention-kill.fixture').pathname;
  const child = spawn(process.execPath, [program, directory, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let rounds = 0;
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (done: Buffer) => {
      rounds += done.length;
      if (rounds > 1) resolve();
    });
  });
  await setTimeout(Math.random() * 150);
  child.kill('SIGKILL');
  await closed;
}

/** The log's own records follow each other, and tell of all that is gone and of what was to go next. Gives how much is. */
async function checkDropped(store: EventStore, organisation: string): Promise<number> {
  const { before = 0 } = (await store.dropped(organisation)) ?? {};
  const { size } = await store.head(organisation);
  let announced = 0;
  let first: number | undefined;
  for await (const batch of store.scan(organisation, { from: 0, to: size })) {
    for (const { sequence, body } of batch) {
      first ??= sequence;
      const { action, details } = JSON.parse(body) as AuditEvent;
      if (action !== 'audit_log.drop') continue;
      assert.equal(details?.firstSequence, announced);
      announced = Number(details?.lastSequence) + 1;
    }
  }
  assert.equal(first, before);
  assert.ok(announced >= before, `${before} events are gone, ${announced} are told of`);
  const log = { organisation, name: organisation, newest: undefined };
  await checkLog(store, log, { paths: personalPaths(), keys: [] });
  return before;
}
