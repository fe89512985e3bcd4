import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IssuedCheckpoint } from '../checkpoints/archive.ts';
import type { Anchor } from './anchor.ts';
import { AnchorQueue } from './anchor-queue.ts';

const checkpoint = (organisation: string, size: number): IssuedCheckpoint => ({
  organisation,
  size,
  root: new Uint8Array(32),
  message: `${organisation} ${size}`,
});

/** An anchor that fails this many times, and a record of what was done. */
function open(failures = 0) {
  const pushed: string[] = [];
  const pauses: number[] = [];
  let left = failures;
  const anchor: Anchor = {
    name: 'somewhere',
    async push(message) {
      await new Promise(setImmediate);
      if (left > 0) {
        left -= 1;
        throw new Error('not now');
      }
      pushed.push(message);
    },
  };
  const counts = { pushed: 0, failed: 0 };
  const queue = new AnchorQueue(anchor, {
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    random: () => 1,
    onPushed: () => {
      counts.pushed += 1;
    },
    onFailed: () => {
      counts.failed += 1;
    },
  });
  const arrived = async (count: number) => {
    while (pushed.length < count) await new Promise(setImmediate);
  };
  return { queue, pushed, pauses, counts, arrived };
}

describe('bringing checkpoints to an anchor', () => {
  it('brings each, in order', async () => {
    const { queue, pushed, pauses, counts } = open();
    queue.push(checkpoint('a', 1));
    queue.push(checkpoint('b', 1));
    await queue.close(1_000);
    assert.deepEqual([pushed, pauses, counts], [['a 1', 'b 1'], [], { pushed: 2, failed: 0 }]);
  });

  it('continues after a pause, longer each time up to a minute', async () => {
    const { queue, pushed, pauses, counts, arrived } = open(8);
    queue.push(checkpoint('a', 1));
    await arrived(1);
    const seconds = [1, 2, 4, 8, 16, 32, 60, 60];
    assert.deepEqual(
      pauses,
      seconds.map((each) => each * 1_000),
    );
    assert.deepEqual([pushed, counts], [['a 1'], { pushed: 1, failed: 8 }]);
  });

  it('keeps only the newest of each log while it cannot bring them', async () => {
    const { queue, pushed, arrived } = open(1);
    for (let size = 1; size <= 100; size += 1) {
      queue.push(checkpoint('a', size));
      queue.push(checkpoint('b', size));
    }
    await arrived(2);
    await queue.close(1_000);
    assert.deepEqual(pushed.sort(), ['a 100', 'b 100']);
  });

  it('brings a newer one that came while the older was on its way, without anyone listening', async () => {
    const pushed: string[] = [];
    const gate = Promise.withResolvers<void>();
    const anchor: Anchor = {
      name: 'slow',
      async push(message) {
        pushed.push(message);
        await gate.promise;
      },
    };
    const queue = new AnchorQueue(anchor, { sleep: () => Promise.resolve(), random: () => 1 });
    queue.push(checkpoint('a', 1));
    queue.push(checkpoint('a', 2));
    gate.resolve();
    await queue.close(1_000);
    assert.deepEqual(pushed, ['a 1', 'a 2']);
  });

  it('tries once more when it is closed, and gives up when that fails', async () => {
    const { queue, pushed, counts } = open(Number.POSITIVE_INFINITY);
    queue.push(checkpoint('a', 1));
    await queue.close(1_000);
    queue.push(checkpoint('a', 2));
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
    assert.deepEqual([pushed, counts], [[], { pushed: 0, failed: 1 }]);
  });

  it('wakes from a pause to be closed', async () => {
    let failed = 0;
    const away: Anchor = { name: 'away', push: () => Promise.reject(new Error('away')) };
    const queue = new AnchorQueue(away, {
      random: () => 1,
      sleep: (_milliseconds, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
      onFailed: () => {
        failed += 1;
      },
    });
    queue.push(checkpoint('a', 1));
    await new Promise(setImmediate);
    assert.equal(failed, 1);
    await queue.close(1_000);
    assert.equal(failed, 2);
  });

  it('aborts an attempt that takes too long when it is closed', async () => {
    let cut = false;
    const slow: Anchor = {
      name: 'slow',
      push: (_message, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            cut = true;
            reject(signal.reason);
          }),
        ),
    };
    const queue = new AnchorQueue(slow, { sleep: () => Promise.resolve(), random: () => 1 });
    queue.push(checkpoint('a', 1));
    await queue.close(20);
    assert.ok(cut);
  });
});
