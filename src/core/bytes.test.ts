import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinBytes, mayShareBuffer, releaseBuffer } from './bytes.ts';

describe('bytes', () => {
  it('are joined in a buffer of their own', () => {
    const bytes = joinBytes([Buffer.from('one '), Buffer.from(''), Buffer.from('line')]);
    assert.equal(Buffer.from(bytes).toString(), 'one line');
    assert.equal(bytes.buffer.byteLength, 8);
  });

  it('are empty once they are released', () => {
    const bytes = joinBytes([Buffer.alloc(2 * Buffer.poolSize, 'x')]);
    releaseBuffer(bytes);
    assert.equal(bytes.length, 0);
  });

  it('in the buffer pool of Node stay as they are', () => {
    const [bytes, neighbour] = [Buffer.from('one'), Buffer.from('other')];
    assert.equal(mayShareBuffer(bytes), true);
    releaseBuffer(bytes);
    assert.deepEqual([bytes.toString(), neighbour.toString()], ['one', 'other']);
  });
});
