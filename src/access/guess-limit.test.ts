import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { minute, second } from '../core/micros.ts';
import { GuessLimit } from './guess-limit.ts';

function open() {
  let now = 1_800_000_000 * second;
  const limit = new GuessLimit(() => now);
  const guess = (address: string, times = 100, key = 'guessed') =>
    Array.from({ length: times }, () => limit.wrong(address, key)).filter((slowed) => slowed)
      .length;
  const mayTry = (address: string, key = 'guessed') => {
    try {
      limit.check(address, key);
      return true;
    } catch (error) {
      assert.equal((error as { code: string }).code, 'too-many-requests');
      return false;
    }
  };
  const pass = (micros: number) => {
    now += micros;
  };
  return { limit, guess, mayTry, pass };
}

describe('guessing a key', () => {
  it('is refused after a hundred wrong credentials within a minute, and goes on after it', () => {
    const { limit, guess, mayTry, pass } = open();
    assert.equal(guess('192.0.2.1', 99), 0);
    pass(second);
    assert.ok(mayTry('192.0.2.1'));
    assert.equal(guess('192.0.2.1', 1), 1);
    assert.throws(() => limit.check('192.0.2.1', 'any'), { retryAfterSeconds: 59 });
    pass(minute - second - 1);
    assert.ok(!mayTry('192.0.2.1'));
    pass(1);
    assert.ok(mayTry('192.0.2.1'));
  });

  it('does not keep out other addresses, but all of one IPv6 network', () => {
    const { guess, mayTry } = open();
    guess('192.0.2.1');
    guess('2001:db8::1');
    assert.ok(mayTry('192.0.2.2'));
    for (const address of ['2001:db8::2', '2001:db8:0:0:1:2:3:4', '2001:db8::9:1:2:3:4']) {
      assert.equal(mayTry(address), address.includes(':9:'), address);
    }
    guess('::1');
    assert.ok(!mayTry('::2'));
  });

  it('does not keep out a key that was right from the same address, as behind a proxy', () => {
    const { limit, guess, mayTry } = open();
    limit.right('192.0.2.1', 'known');
    guess('192.0.2.1');
    assert.ok(mayTry('192.0.2.1', 'known'));
    assert.ok(!mayTry('192.0.2.1', 'new'));
    guess('192.0.2.1', 100, 'known');
    assert.ok(!mayTry('192.0.2.1', 'known'));
  });

  it('is remembered of a bounded number of addresses', () => {
    const { guess, mayTry } = open();
    guess('192.0.2.1');
    for (let n = 0; n < 9_999; n += 1) guess(`10.0.${n >> 8}.${n & 255}`, 1);
    assert.ok(!mayTry('192.0.2.1'));
    guess('198.51.100.1', 1);
    assert.ok(mayTry('192.0.2.1'));
  });
});
