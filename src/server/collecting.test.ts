import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startCollecting } from './collecting.ts';

it('collects what work has left behind once there is nothing to do', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const collecting = startCollecting();
  const left = new WeakRef(new ArrayBuffer(10_000_000));
  await setImmediate();
  t.mock.timers.tick(1_000);
  await restFor(100);
  t.mock.timers.tick(1_000);
  assert.equal(left.deref(), undefined);
  collecting.close();
});

function restFor(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
