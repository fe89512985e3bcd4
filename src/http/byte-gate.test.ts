import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ByteGate } from './byte-gate.ts';

describe('ByteGate', () => {
  function open(maxBytes: number) {
    const gate = new ByteGate(maxBytes);
    const begun: string[] = [];
    const finish = new Map<string, () => void>();
    const fail = new Map<string, (error: Error) => void>();
    const run = (name: string, bytes: number) =>
      gate.run(name[0]!, bytes, () => {
        begun.push(name);
        return new Promise<void>((resolve, reject) => {
          finish.set(name, resolve);
          fail.set(name, reject);
        });
      });
    return { run, begun, finish, fail };
  }

  it('lets work begin while there is room, owners in turns', async () => {
    const { run, begun, finish } = open(10);
    const all = [run('a1', 6), run('a2', 6), run('a3', 6), run('b1', 4)];
    await setImmediate();
    assert.deepEqual(begun, ['a1']);
    finish.get('a1')!();
    await setImmediate();
    assert.deepEqual(begun, ['a1', 'a2', 'b1']);
    finish.get('b1')!();
    finish.get('a2')!();
    await setImmediate();
    finish.get('a3')!();
    await Promise.all(all);
  });

  it('lets work begin alone that is larger than the limit, and goes on after a failure', async () => {
    const { run, begun, finish, fail } = open(10);
    const [large, small] = [run('a', 100), run('b', 1)];
    await setImmediate();
    assert.deepEqual(begun, ['a']);
    fail.get('a')!(new Error('no'));
    await assert.rejects(large, { message: 'no' });
    finish.get('b')!();
    await small;
  });
});
