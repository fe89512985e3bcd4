// This file needs a process of its own: V8's flags are those of a process.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { before, beforeEach, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { collectWhenIdle, startIdleCollection } from './idle-collection.ts';

/** Held by this thread, so that it holds more than after its last collection. */
const held: ArrayBuffer[] = [];
const grow = () => void held.push(new ArrayBuffer(10_000_000));

describe('collectWhenIdle', () => {
  it('does nothing in a process without a collector', () => {
    grow();
    collectWhenIdle();
  });

  it('frees what a thread does not use any more, where the process has the flag', async () => {
    const module = new URL('./idle-collection.ts', import.meta.url).href;
    const code = `
      import(${JSON.stringify(module)}).then(async ({ collectWhenIdle }) => {
        const held = new ArrayBuffer(10_000_000);
        const used = new WeakRef({});
        const unused = new WeakRef({ used: used.deref() });
        const kept = used.deref();
        await new Promise(setImmediate);
        collectWhenIdle();
        const isRight = unused.deref() === undefined && used.deref() === kept;
        process.exit(isRight && held.byteLength > 0 ? 0 : 1);
      })`;
    setFlagsFromString('--expose-gc');
    const [exitCode] = await once(new Worker(code, { eval: true }), 'exit');
    setFlagsFromString('--no-expose-gc');
    assert.equal(exitCode, 0);
  });
});

describe('collecting while idle', () => {
  let collections = 0;
  const collector = () => {
    collections += 1;
  };
  before(() => {
    globalThis.gc = collector as unknown as NodeJS.GCFunction;
  });
  beforeEach(() => {
    collections = 0;
  });

  it('costs nothing where the thread holds no more than after the last time', () => {
    grow();
    collectWhenIdle();
    assert.equal(collections, 1);
    collectWhenIdle();
    assert.equal(collections, 1);
    grow();
    collectWhenIdle();
    assert.equal(collections, 2);
  });

  it('happens in the first second without work after one with work', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    let utilization = 0;
    t.mock.method(performance, 'eventLoopUtilization', () => ({ utilization }));
    const collection = startIdleCollection();
    const second = (share: number) => {
      utilization = share;
      t.mock.timers.tick(1_000);
      return collections;
    };
    grow();
    assert.equal(second(0.5), 0);
    assert.equal(second(0.02), 1);
    grow();
    assert.equal(second(0.02), 1);
    assert.equal(second(0.5), 1);
    assert.equal(second(0.5), 1);
    assert.equal(second(0.02), 2);
    collection.close();
    grow();
    assert.equal(second(0.5), 2);
    assert.equal(second(0.02), 2);
  });
});
