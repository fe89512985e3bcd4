import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { formatVerifierKey, privateKeyFromSeed, verifierKey } from './keys.ts';
import { coversSize, formatKnownKey, parseKnownKey, uniqueKeys } from './known-key.ts';

const keyOf = (seed: number) =>
  formatVerifierKey(
    verifierKey('log.example', createPublicKey(privateKeyFromSeed(Buffer.alloc(32, seed)))),
  );
const [one, other] = [keyOf(1), keyOf(2)];

describe('a known key', () => {
  it('is valid up to the size after it, and without one up to any size', () => {
    assert.equal(formatKnownKey(parseKnownKey(`${one}  23`)), `${one} 23`);
    assert.equal(parseKnownKey(`${one} 1234`).upTo, 1234);
    assert.equal(formatKnownKey(parseKnownKey(one)), one);
    const replaced = parseKnownKey(`${one} 23`);
    assert.deepEqual([coversSize(replaced, 23), coversSize(replaced, 24)], [true, false]);
    assert.ok(coversSize(parseKnownKey(one), Number.MAX_SAFE_INTEGER));
    assert.ok(!coversSize(parseKnownKey(`${one} 0`), 1));
  });

  it('is rejected with anything else after it', () => {
    for (const text of ['x', '-1', '1.5', '01', '1e3', '9007199254740992', '1 2', '']) {
      assert.throws(() => parseKnownKey(`${one} ${text}`), { code: 'invalid' }, text);
    }
    assert.throws(() => parseKnownKey(`x ${one} 23`), { code: 'invalid' });
  });

  it('that is given twice is valid up to the smaller size', () => {
    const given = [one, `${one} 23`, other, `${one} 40`, `${other} 0`].map(parseKnownKey);
    for (const keys of [given, given.toReversed()]) {
      const texts = uniqueKeys(keys).map(formatKnownKey);
      assert.deepEqual(new Set(texts), new Set([`${one} 23`, `${other} 0`]));
      assert.equal(texts.length, 2);
    }
  });
});
