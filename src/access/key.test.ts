import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { createApiKey, formatKey, hashSecret, isHardToGuess, isSecretOf, parseKey } from './key.ts';

describe('a key', () => {
  it('comes back from its text', () => {
    const key = createApiKey((bytes) => void randomFillSync(bytes));
    assert.match(formatKey(key), /^annals_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$/);
    assert.deepEqual(parseKey(formatKey(key)), key);
  });

  it('given by an operator may have a length of its own, but must not be guessable', () => {
    assert.deepEqual(parseKey('annals_op_0123456789abcdef'), {
      id: 'op',
      secret: '0123456789abcdef',
    });
    assert.equal(parseKey(`annals_op_${'x'.repeat(64)}_more-of_it`)?.id, 'op');
    for (const text of [
      'annals_op_short',
      'annals__0123456789abcdef',
      'op_0123456789abcdef',
      `annals_op_${'x'.repeat(129)}`,
      'annals_op_0123456789abcdé',
    ]) {
      assert.equal(parseKey(text), undefined, text);
    }
  });

  it('of an operator’s own is hard to guess when it is long and not a few characters', () => {
    const hex = '00112233445566778899aabbccddeeff'.repeat(2);
    for (const [secret, isHard] of [
      [createApiKey((bytes) => void randomFillSync(bytes)).secret, true],
      [hex, true],
      ['a'.repeat(64), false],
      ['0123456789'.repeat(5), false],
      [hex.slice(0, 42), false],
    ] as const) {
      assert.equal(isHardToGuess({ id: 'op', secret }), isHard, secret);
    }
  });

  it('is proved by its secret alone', () => {
    const kept = hashSecret('one');
    assert.ok(isSecretOf('one', kept));
    assert.ok(!isSecretOf('other', kept));
    assert.ok(!isSecretOf('one', kept.subarray(1)));
  });
});
