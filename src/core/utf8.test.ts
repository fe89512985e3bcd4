import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readJsonArray } from './json/array-reader.ts';
import { readLines } from './lines.ts';
import { decodeUtf8Chunks } from './utf8.ts';

async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** What came before it was refused. */
async function until<T>(pieces: AsyncIterable<T>, refusal: RegExp): Promise<T[]> {
  const seen: T[] = [];
  await assert.rejects(async () => {
    for await (const piece of pieces) seen.push(piece);
  }, refusal);
  return seen;
}

const broken = Buffer.from('{"a":1}\n{"b":"é"}\n{"c":"x"}\n');
broken[broken.indexOf('x')] = 0xff;

describe('text that arrives in pieces', () => {
  it('is decoded wherever it was cut', async () => {
    const text = 'aé€😀\ufeffz';
    for (let length = 1; length < 8; length += 1) {
      const pieces = await Array.fromAsync(decodeUtf8Chunks(cut(Buffer.from(text), length)));
      assert.equal(pieces.join(''), text);
    }
  });

  it('is refused when it is no UTF-8, or ends inside a character', async () => {
    await until(decodeUtf8Chunks(cut(Buffer.of(0x61, 0xff), 9)), /not valid UTF-8/);
    await until(decodeUtf8Chunks(cut(Buffer.of(0x61, 0xe2, 0x82), 9)), /not valid UTF-8/);
  });

  it('gives what stands before bytes that are none', async () => {
    assert.deepEqual(await until(readLines(cut(broken, 99)), /not valid UTF-8/), [
      ['{"a":1}', '{"b":"é"}'],
    ]);
    const array = Buffer.concat([
      Buffer.from('['),
      broken.map((byte) => (byte === 10 ? 44 : byte)),
    ]);
    assert.deepEqual(
      await until(readJsonArray(cut(array, 99), { arrayKeys: [] }), /not valid UTF-8/),
      [['{"a":1}', '{"b":"é"}']],
    );
  });

  it('gives the objects before a place where the JSON is broken', async () => {
    const text = Buffer.from('[{"a":1},{"b":2}}');
    assert.deepEqual(await until(readJsonArray(cut(text, 99), { arrayKeys: [] }), /not/), [
      ['{"a":1}', '{"b":2}'],
    ]);
  });
});
