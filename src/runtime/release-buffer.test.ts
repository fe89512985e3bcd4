import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayShareBuffer, releaseBuffer } from './release-buffer.ts';

describe('releaseBuffer', () => {
  it('leaves bytes in a buffer of their own empty', () => {
    const bytes = new Uint8Array(2 * Buffer.poolSize);
    assert.equal(mayShareBuffer(bytes), false);
    releaseBuffer(bytes);
    assert.equal(bytes.length, 0);
  });

  it('leaves bytes of the pool that Node shares out as they are', () => {
    const [bytes, neighbour] = [Buffer.from('one'), Buffer.from('other')];
    assert.equal(mayShareBuffer(bytes), true);
    releaseBuffer(bytes);
    assert.deepEqual([bytes.toString(), neighbour.toString()], ['one', 'other']);
  });
});
