import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readJsonArray } from './json/array-reader.ts';
import { readLines } from './lines.ts';
import { decodeUtf8, decodeUtf8Chunks } from './utf8.ts';

async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** What is read before the error. */
async function until<T>(chunks: AsyncIterable<T>, message: RegExp): Promise<T[]> {
  const seen: T[] = [];
  await assert.rejects(async () => {
    for await (const chunk of chunks) seen.push(chunk);
  }, message);
  return seen;
}

const broken = Buffer.from('{"a":1}\n{"b":"é"}\n{"c":"x"}\n');
broken[broken.indexOf('x')] = 0xff;

describe('text that arrives in chunks', () => {
  it('is decoded wherever it is cut', async () => {
    const text = 'aé€😀\ufeffz';
    for (let length = 1; length < 8; length += 1) {
      const chunks = await Array.fromAsync(decodeUtf8Chunks(cut(Buffer.from(text), length)));
      assert.equal(chunks.join(''), text);
    }
  });

  it('is rejected when it is not UTF-8, or ends inside a character', async () => {
    await until(decodeUtf8Chunks(cut(Buffer.of(0x61, 0xff), 9)), /not valid UTF-8/);
    await until(decodeUtf8Chunks(cut(Buffer.of(0x61, 0xe2, 0x82), 9)), /not valid UTF-8/);
  });

  it('is read up to bytes that are not UTF-8', async () => {
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

  it('is read up to the first object that is not JSON', async () => {
    const text = Buffer.from('[{"a":1},{"b":2}}');
    assert.deepEqual(await until(readJsonArray(cut(text, 99), { arrayKeys: [] }), /not/), [
      ['{"a":1}', '{"b":2}'],
    ]);
  });
});

describe('decodeUtf8', () => {
  it('rejects bytes that are not UTF-8 instead of replacing them', () => {
    assert.throws(() => decodeUtf8(Uint8Array.of(0x22, 0xff, 0x22)), /not valid UTF-8/);
    assert.throws(() => decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80)), /not valid UTF-8/);
  });
});
