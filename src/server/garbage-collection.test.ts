// This file needs a process of its own: garbage of other tests would be collected with its own.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startGarbageCollection } from './garbage-collection.ts';

describe('collecting in the thread of the server', () => {
  it('collects the garbage of the start', async () => {
    const garbage = new WeakRef(new ArrayBuffer(10_000_000));
    await setImmediate();
    const collecting = startGarbageCollection();
    await setImmediate();
    assert.equal(garbage.deref(), undefined);
    collecting.close();
  });

  it('collects the garbage of work once there is nothing to do', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const collecting = startGarbageCollection();
    await setImmediate();
    const garbage = new WeakRef(new ArrayBuffer(10_000_000));
    await setImmediate();
    t.mock.timers.tick(1_000);
    assert.notEqual(garbage.deref(), undefined);
    await restFor(100);
    t.mock.timers.tick(1_000);
    assert.equal(garbage.deref(), undefined);
    collecting.close();
  });
});

function restFor(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
