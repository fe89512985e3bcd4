import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readLines } from './lines.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 200);

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('lines', () => {
  it('are the same however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { maxLength: 8 }), pieces, async (texts, sizes) => {
        const lines = texts.map((text) => JSON.stringify(`${text}é`));
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        async function* chunks() {
          // As a file is read: into the same memory again and again.
          const piece = Buffer.alloc(40);
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            yield piece.subarray(0, bytes.copy(piece, 0, at, at + size));
            at += size;
          }
        }
        const read: string[] = [];
        for await (const batch of readLines(chunks())) read.push(...batch);
        assert.deepEqual(read, lines);
      }),
      { numRuns },
    );
  });

  it('longer than allowed are rejected before they are in memory', async () => {
    async function* endless() {
      for (;;) yield Buffer.from('aaaa');
    }
    await assert.rejects(async () => {
      for await (const _ of readLines(endless(), { maxBytes: 100 }));
    }, /more than 100 bytes/);
  });

  it('come in batches that are not empty, the last one without a newline', async () => {
    const batches = await batchesOf(['a', 'b\nc\n', 'd\n\n', '\nlast']);
    assert.deepEqual(batches, [['ab', 'c'], ['d', ''], [''], ['last']]);
    assert.deepEqual(await batchesOf([]), []);
    assert.deepEqual(await batchesOf(['a\n']), [['a']]);
  });

  it('have as many bytes as allowed, and no more', async () => {
    assert.deepEqual(await batchesOf(['12345', '\n', '123', '45\n', '12345'], 5), [
      ['12345'],
      ['12345'],
      ['12345'],
    ]);
    for (const chunks of [['123456'], ['12345', '6\n'], ['1\n', '123456\n'], ['1\n123456']]) {
      await assert.rejects(batchesOf(chunks, 5), { code: 'too-large' });
    }
  });

  it('before bytes that are not UTF-8 are whole', async () => {
    const batches: string[][] = [];
    async function* chunks() {
      yield Buffer.from('one\ntw');
      yield Buffer.concat([
        Buffer.from('o\nthree\nfo'),
        Buffer.of(0xff),
        Buffer.from('ur\nfive\n'),
      ]);
    }
    const reading = async () => {
      for await (const batch of readLines(chunks())) batches.push(batch);
    };
    await assert.rejects(reading, { code: 'invalid' });
    assert.deepEqual(batches, [['one'], ['two', 'three']]);
  });
});

async function batchesOf(texts: readonly string[], maxBytes?: number): Promise<string[][]> {
  async function* chunks() {
    for (const text of texts) yield Buffer.from(text);
  }
  const options = maxBytes === undefined ? {} : { maxBytes };
  return Array.fromAsync(readLines(chunks(), options));
}
