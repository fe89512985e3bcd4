// This file needs a process of its own: garbage of other tests would be collected with its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { collectGarbage, collectWhenIdle } from './collect-garbage.ts';

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
  collectWhenIdle();
  const little = new WeakRef({});
  await setImmediate();
  collectWhenIdle();
  assert.notEqual(little.deref(), undefined);
  const much = new WeakRef(new ArrayBuffer(10_000_000));
  await setImmediate();
  collectWhenIdle();
  assert.equal(much.deref(), undefined);
});

it('threads that begin to collect at the same time do not get in each other’s way', async () => {
  const module = new URL('./collect-garbage.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(module)}).then(({ collectGarbage }) => collectGarbage())`;
  const ended = Array.from({ length: 16 }, async () => {
    const [exitCode] = await once(new Worker(code, { eval: true }), 'exit');
    return exitCode;
  });
  assert.deepEqual(await Promise.all(ended), Array(16).fill(0));
});
