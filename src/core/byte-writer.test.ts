import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteWriter } from './byte-writer.ts';

const bytes = fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some));
const step = fc.oneof(
  fc.record({ byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ copy: bytes, from: fc.nat({ max: 5 }) }),
  fc.record({ text: fc.string({ maxLength: 30 }) }),
  fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 30 }) }),
  fc.record({ skip: bytes }),
);

describe('a writer of bytes', () => {
  it('has what was written, in order, however little room it began with', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 64 }),
        (steps, size) => {
          const writer = new ByteWriter(size);
          const expected: Buffer[] = [];
          const skipped: [offset: number, later: Buffer][] = [];
          for (const one of steps) {
            if ('byte' in one) {
              writer.byte(one.byte);
              expected.push(Buffer.of(one.byte));
            } else if ('copy' in one) {
              const from = Math.min(one.from, one.copy.length);
              writer.copy(one.copy, from, one.copy.length);
              expected.push(one.copy.subarray(from));
            } else if ('text' in one) {
              writer.text(one.text);
              expected.push(Buffer.from(one.text));
            } else {
              skipped.push([writer.skip(one.skip.length), one.skip]);
              expected.push(one.skip);
            }
          }
          for (const [offset, later] of skipped) writer.bytes.set(later, offset);
          assert.deepEqual(writer.bytes.subarray(0, writer.at), Buffer.concat(expected));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('writes over what was there once it was set back', () => {
    const writer = new ByteWriter(4);
    writer.text('abcdef');
    writer.at = 2;
    writer.text('é');
    writer.byte(0x21);
    assert.equal(writer.bytes.toString('utf8', 0, writer.at), 'abé!');
  });

  it('grows to twice its size, or to what is needed', () => {
    const writer = new ByteWriter(8);
    for (let n = 0; n < 8; n += 1) writer.byte(n);
    assert.equal(writer.bytes.length, 8);
    writer.byte(8);
    assert.equal(writer.bytes.length, 16);
    writer.copy(Buffer.alloc(7), 0, 7);
    assert.equal(writer.bytes.length, 16);
    assert.equal(writer.skip(100), 16);
    assert.equal(writer.bytes.length, 116);
  });
});
