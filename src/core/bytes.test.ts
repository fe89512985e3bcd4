import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joined, mayShareBuffer, release } from './bytes.ts';

describe('bytes', () => {
  it('are joined in a buffer of their own', () => {
    const bytes = joined([Buffer.from('one '), Buffer.from(''), Buffer.from('line')]);
    assert.equal(Buffer.from(bytes).toString(), 'one line');
    assert.equal(bytes.buffer.byteLength, 8);
  });

  it('are empty once they are released', () => {
    const bytes = joined([Buffer.alloc(2 * Buffer.poolSize, 'x')]);
    release(bytes);
    assert.equal(bytes.length, 0);
  });

  it('of the pool that Node shares out stay as they are', () => {
    const [bytes, neighbour] = [Buffer.from('one'), Buffer.from('other')];
    assert.equal(mayShareBuffer(bytes), true);
    release(bytes);
    assert.deepEqual([bytes.toString(), neighbour.toString()], ['one', 'other']);
  });
});
