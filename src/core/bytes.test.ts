import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinBytes } from './bytes.ts';

describe('bytes', () => {
  it('are joined in a buffer of their own', () => {
    const bytes = joinBytes([Buffer.from('one '), Buffer.from(''), Buffer.from('line')]);
    assert.equal(Buffer.from(bytes).toString(), 'one line');
    assert.equal(bytes.buffer.byteLength, 8);
  });
});
