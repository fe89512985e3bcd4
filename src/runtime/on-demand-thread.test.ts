import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { OnDemandThread } from './on-demand-thread.ts';
import type { FixtureMethods } from './thread.fixture.ts';
import { siblingModule, Thread } from './thread.ts';

describe('an on-demand thread', () => {
  let started = 0;
  let thread: OnDemandThread<FixtureMethods>;
  const make = (idleMillis: number) => {
    started = 0;
    thread = new OnDemandThread(() => {
      started += 1;
      return new Thread('fixture', siblingModule(import.meta.url, './thread.fixture'));
    }, idleMillis);
  };
  afterEach(() => thread.close());

  it('is started by the first call, and takes the next ones too', async () => {
    make(60_000);
    assert.equal(thread.running, undefined);
    assert.deepEqual(await Promise.all([thread.call.add(1, 2), thread.call.add(3, 4)]), [3, 7]);
    assert.equal(await thread.call.add(5, 6), 11);
    assert.equal(started, 1);
  });

  it('ends when there is nothing to do, and the next call starts another', async () => {
    make(1);
    assert.equal(await thread.call.add(1, 2), 3);
    while (thread.running !== undefined) await setTimeout(1);
    assert.equal(await thread.call.add(3, 4), 7);
    assert.equal(started, 2);
  });

  it('does not end while a call is under way', async () => {
    make(1);
    const waiting = assert.rejects(thread.call.wait(), { code: 'unavailable' });
    assert.equal(await thread.call.add(1, 2), 3);
    await setTimeout(20);
    assert.equal(thread.pending, 1);
    assert.ok(thread.running);
    await thread.end();
    await waiting;
  });

  it('fails the calls of a thread that dies, and starts another for the next one', async () => {
    make(60_000);
    await assert.rejects(thread.call.crash(), { message: /struck by lightning/ });
    assert.equal(await thread.call.add(1, 2), 3);
    assert.equal(started, 2);
  });

  it('keeps the order of calls that wait for the one before to be gone', async () => {
    make(60_000);
    await thread.call.add(0, 0);
    const answered: number[] = [];
    const ending = thread.end();
    const calls = [1, 2, 3].map(async (n) => answered.push(await thread.call.add(n, 0)));
    await Promise.all([ending, ...calls]);
    assert.deepEqual(answered, [1, 2, 3]);
    assert.equal(started, 2);
  });

  it('starts none any more once it was closed', async () => {
    make(60_000);
    assert.equal(await thread.call.add(1, 2), 3);
    await thread.close();
    await assert.rejects(thread.call.add(1, 2), { code: 'unavailable' });
    assert.equal(started, 1);
  });
});
