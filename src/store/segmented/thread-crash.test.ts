import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { EventStore } from '../event-store.ts';
import { erasureOf, TestLog } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

describe('a thread of the store that dies', () => {
  const threads: Worker[] = [];
  const remember = (message: unknown) => {
    threads.push((message as { worker: Worker }).worker);
  };
  let directory: string;
  let store: EventStore;
  let log: TestLog;
  beforeEach(async () => {
    diagnostics.subscribe('worker_threads', remember);
    directory = mkdtempSync(join(tmpdir(), 'annals-threads-'));
    store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 50 });
    log = new TestLog('org');
    await log.record(
      store,
      Array.from({ length: 40 }, () => ({ description: 'some words' })),
    );
  });
  afterEach(async () => {
    diagnostics.unsubscribe('worker_threads', remember);
    threads.length = 0;
    await store.close();
    rmSync(directory, { recursive: true });
  });
  /** Ends a thread from outside, as running out of memory would. */
  const strike = (name: string) =>
    threads.find((thread) => thread.threadName === name)!.terminate();

  it('fails the queries it had, and the next ones are answered, when it is a reader', async () => {
    const asked = store.count('org', { text: 'word' });
    const struck = strike('event store reader');
    await assert.rejects(asked, { code: 'unavailable', message: /reader thread is gone/ });
    await struck;
    assert.equal(await store.count('org', { text: 'word' }), 40);
    await log.record(store, [{ description: 'words' }]);
    assert.equal(await store.count('org', { text: 'word' }), 41);
  });

  it('makes the store unavailable when it is the writer', async () => {
    const appending = log.record(store, [{}]);
    const struck = strike('event store writer');
    const gone = { code: 'unavailable', message: /writer thread is gone/ };
    await assert.rejects(appending, gone);
    await struck;
    await assert.rejects(store.head('org'), gone);
    await assert.rejects(store.append([log.plan([{}])]), gone);
    await assert.rejects(store.count('org', {}), gone);
  });

  it('is replaced for the next erasure when it is the sealer', async () => {
    const [first, second] = log.events.map(erasureOf);
    await store.erase('org', [first!]);
    await strike('event store sealer');
    await store.erase('org', [second!]);
    assert.equal((await store.get('org', 'e-0'))?.body, first!.body);
    assert.equal((await store.get('org', 'e-1'))?.body, second!.body);
  });

  it('is replaced when it is the sealer, and a file with the next name is left alone', async () => {
    await log.record(
      store,
      Array.from({ length: 40 }, () => ({ description: 'words' })),
    );
    const path = (name: string) => join(directory, 'segments', name);
    while (!existsSync(path('000000.segment'))) await setTimeout(5);
    copyFileSync(path('000000.segment'), path('000000.1.segment'));
    await store.erase('org', [erasureOf(log.events[79]!)]);
    assert.ok(existsSync(path('000000.segment')));
    await strike('event store sealer');
    await store.erase('org', [erasureOf(log.events[3]!)]);
    assert.equal(existsSync(path('000000.segment')), false);
    assert.ok(existsSync(path('000000.1.segment')) && existsSync(path('000000.2.segment')));
    assert.equal(await store.count('org', { text: 'words' }), 80);
    assert.equal((await store.get('org', 'e-3'))?.body, erasureOf(log.events[3]!).body);
  });

  it('is replaced for the next segment when it is the sealer', async () => {
    const sealed = () =>
      readdirSync(join(directory, 'segments')).filter((file) => file.endsWith('.segment')).length;
    const fillOne = async (segments: number) => {
      await log.record(
        store,
        Array.from({ length: 40 }, () => ({})),
      );
      while (sealed() < segments) await setTimeout(5);
    };
    await fillOne(1);
    await strike('event store sealer');
    await fillOne(2);
    assert.equal(await store.count('org', {}), 120);
  });
});
