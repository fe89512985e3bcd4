import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError, messageOf, transientCodes } from './errors.ts';

describe('an error', () => {
  it('has its code, and what is known besides', () => {
    const plain = new AnnalsError('conflict', 'Cannot append');
    assert.deepEqual(
      [plain.name, plain.code, plain.message],
      ['AnnalsError', 'conflict', 'Cannot append'],
    );
    assert.deepEqual([plain.issues, plain.retryAfterSeconds], [[], undefined]);
    assert.ok(!Object.hasOwn(plain, 'cause'));
    const cause = new Error('disk full');
    const issues = [{ field: 'action', message: 'is missing' }];
    const full = new AnnalsError('unavailable', 'Cannot append', {
      cause,
      issues,
      retryAfterSeconds: 7,
    });
    assert.deepEqual([full.issues, full.retryAfterSeconds, full.cause], [issues, 7, cause]);
  });

  it('can pass by itself with these codes', () => {
    const expected = ['incomplete', 'timeout', 'too-many-requests', 'unavailable'];
    assert.deepEqual([...transientCodes].toSorted(), expected);
  });

  it('has a sentence, whatever was thrown', () => {
    assert.equal(messageOf(new TypeError('is not a function')), 'is not a function');
    assert.deepEqual([messageOf('text'), messageOf(undefined)], ['text', 'undefined']);
  });
});
