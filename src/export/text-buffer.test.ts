import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TextBuffer } from './text-buffer.ts';

const megabyte = 1024 * 1024;

describe('a text buffer', () => {
  it('holds any texts as their bytes, however often it is used', () => {
    const memory = new TextBuffer(10);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        for (const text of texts) memory.add(text);
        assert.equal(memory.bytes().toString(), Buffer.from(texts.join('')).toString());
        assert.equal(memory.isFull, memory.length >= 10);
        memory.clear();
        assert.equal(memory.length, 0);
      }),
    );
  });

  it('accepts a text that is longer than it, and then frees the memory', () => {
    const memory = new TextBuffer(10);
    const usual = memory.bytes().buffer.byteLength;
    memory.add('before ');
    memory.add('é'.repeat(megabyte));
    assert.equal(memory.bytes().toString(), `before ${'é'.repeat(megabyte)}`);
    memory.clear();
    assert.equal(memory.bytes().buffer.byteLength, usual);
  });
});
