import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { mergeGenerators } from './merge-generators.ts';

const signal = new AbortController().signal;

describe('generators that run at once', () => {
  it('yield all their values, each in its own order', async () => {
    const reading = (count: number) =>
      async function* () {
        for (let n = 0; n < count; n += 1) {
          if (n % 3 === 0) await setImmediate();
          yield n;
        }
      };
    const brought: number[][] = [[], [], []];
    for await (const { index, value } of mergeGenerators(
      [reading(5), reading(0), reading(9)],
      signal,
    )) {
      brought[index]?.push(value);
    }
    assert.deepEqual(brought, [[0, 1, 2, 3, 4], [], [0, 1, 2, 3, 4, 5, 6, 7, 8]]);
  });

  it('all end when one fails', async () => {
    const ended: string[] = [];
    async function* endless(shared: AbortSignal) {
      try {
        while (!shared.aborted) {
          await setImmediate();
          yield 1;
        }
      } finally {
        ended.push('endless');
      }
    }
    async function* failing() {
      await setImmediate();
      yield 2;
      throw new Error('it broke');
    }
    await assert.rejects(Array.fromAsync(mergeGenerators([endless, failing], signal)), /it broke/);
    assert.deepEqual(ended, ['endless']);
  });

  it('all end when the consumer stops', async () => {
    let aborted = 0;
    async function* waiting(shared: AbortSignal) {
      shared.addEventListener('abort', () => {
        aborted += 1;
      });
      yield 1;
      yield 2;
    }
    for await (const _ of mergeGenerators([waiting, waiting], signal)) break;
    assert.equal(aborted, 2);
  });
});
