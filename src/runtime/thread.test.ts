import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AnnalsError } from '../core/errors.ts';
import type { FixtureMethods } from './thread.fixture.ts';
import { siblingModule, Thread } from './thread.ts';
import { markTransfer } from './transfer.ts';

describe('a thread', () => {
  let thread: Thread<FixtureMethods>;
  beforeEach(() => {
    thread = new Thread('fixture', siblingModule(import.meta.url, './thread.fixture'));
  });
  afterEach(() => thread.end());

  it('answers calls, each with its own result', async () => {
    const sums = await Promise.all([1, 2, 3].map((n) => thread.call.add(n, 10)));
    assert.deepEqual(sums, [11, 12, 13]);
    assert.equal(thread.pending, 0);
  });

  it('moves marked buffers in both directions', async () => {
    const sent = new ArrayBuffer(1000);
    assert.equal(await thread.call.length(markTransfer(sent, [sent])), 1000);
    assert.equal(sent.detached, true);
    assert.equal((await thread.call.bytes(500)).byteLength, 500);
  });

  it('hands on an AnnalsError with all it says', async () => {
    await assert.rejects(thread.call.refuse(), (error) => {
      assert.ok(error instanceof AnnalsError);
      assert.equal(error.code, 'conflict');
      assert.equal(error.message, 'Cannot do it: it is done');
      assert.deepEqual(error.issues, [{ index: 2, field: 'a.b', message: 'is taken' }]);
      assert.equal(error.retryAfterSeconds, 3);
      assert.match(error.stack ?? '', /thread\.fixture/);
      return true;
    });
  });

  it('turns any other error into `internal`', async () => {
    await assert.rejects(thread.call.break(), { code: 'internal', message: 'out of paper' });
    assert.equal(await thread.call.add(1, 1), 2);
  });

  it('rejects one call whose argument or result cannot be copied', async () => {
    await assert.rejects(thread.call.length((() => {}) as unknown as ArrayBuffer));
    await assert.rejects(thread.call.uncloneable(), { code: 'internal' });
    assert.equal(await thread.call.add(1, 1), 2);
  });

  it('rejects a call it has no method for', async () => {
    await assert.rejects((thread as unknown as Thread<{ fly(): void }>).call.fly(), {
      code: 'internal',
      message: 'Cannot call fly: this thread has no such method',
    });
  });

  it('rejects everything under way when it crashes, and everything after', async () => {
    const waiting = thread.call.wait();
    const crashing = thread.call.crash();
    const gone = {
      code: 'unavailable',
      message: 'The fixture thread is gone: struck by lightning',
    };
    await Promise.all([assert.rejects(waiting, gone), assert.rejects(crashing, gone)]);
    await assert.rejects(thread.call.add(1, 1), gone);
    assert.equal((await thread.ended)?.message, gone.message);
  });

  it('says so when it leaves by itself', async () => {
    await assert.rejects(thread.call.exit(), {
      code: 'unavailable',
      message: 'The fixture thread is gone: it ended with code 7',
    });
  });

  it('is done with the step it is at before it ends', async () => {
    const busy = thread.call.busy(50);
    await thread.end();
    assert.equal(await busy, 'done');
  });

  it('ends without a reason when told to', async () => {
    const waiting = assert.rejects(thread.call.wait(), { code: 'unavailable' });
    await thread.end();
    await waiting;
    assert.equal(await thread.ended, undefined);
  });
});
