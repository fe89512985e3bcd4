import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { collectAtRest, collectGarbage } from './collect.ts';

it('what nobody uses any more is collected at once', async () => {
  const unused = new WeakRef(new ArrayBuffer(1_000_000));
  const used = new WeakRef([1, 2, 3]);
  const keep = used.deref();
  await setImmediate();
  collectGarbage();
  assert.equal(unused.deref(), undefined);
  assert.equal(used.deref(), keep);
  assert.equal('gc' in globalThis, false);
});

it('at rest it is collected when there is more than the last time', async () => {
  collectAtRest();
  const little = new WeakRef({});
  await setImmediate();
  collectAtRest();
  assert.notEqual(little.deref(), undefined);
  const much = new WeakRef(new ArrayBuffer(10_000_000));
  await setImmediate();
  collectAtRest();
  assert.equal(much.deref(), undefined);
});
