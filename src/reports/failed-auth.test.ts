import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { second } from '../core/micros.ts';
import { failedAuthentication, isAuthentication } from './authentication.ts';
import { type AuthenticationFacts, authenticationFacts } from './authentication-facts.ts';
import { FailedAuthCounts } from './failed-auth.ts';

const facts = (at: number, actor: string, more: Partial<AuthenticationFacts['values']> = {}) => ({
  at,
  attempts: 1,
  values: {
    actor,
    address: '203.0.113.9',
    credential: undefined,
    agent: undefined,
    reason: undefined,
    ...more,
  },
});

function count(failures: readonly AuthenticationFacts[]): number {
  const counts = new FailedAuthCounts('actor');
  for (const one of failures) counts.addFailure(one);
  return counts.groups().reduce((sum, group) => sum + group.count, 0);
}

describe('the name of an action', () => {
  it('says whether somebody proves who they are', () => {
    const yes = [
      'auth.failed',
      'auth.token.issued',
      'auth.login_failed',
      'login',
      'user.login',
      'signin.ConsoleLogin',
      'user.session.start',
      'user.authentication.auth_via_mfa',
      'user.failed_login',
      'session.sign_in',
      'oidc.token',
    ];
    const no = [
      'auth.logout',
      'auth.denied',
      'user.logout',
      'kms.decrypt',
      'GET',
      'author.create',
      'blogin',
      'catalogin.list',
      'authorization.check',
    ];
    assert.deepEqual(yes.filter(isAuthentication), yes);
    assert.deepEqual(no.filter(isAuthentication), []);
  });

  it('is looked for beside the status 401, and only among failures', () => {
    assert.deepEqual(failedAuthentication(['kms.decrypt', 'auth.failed']), [
      { facets: ['action', 'responseStatus'], values: ['auth.failed', '401'] },
      { facets: ['outcome'], values: ['failure'] },
    ]);
  });
});

describe('failed authentications', () => {
  it('are counted by a value, with first, last, and whether a success followed', () => {
    const counts = new FailedAuthCounts('actor');
    for (const at of [50, 10, 30]) counts.addFailure(facts(at * second, 'usr-noor'));
    counts.addFailure(facts(20 * second, 'usr-lee'));
    for (const at of [5, 40, 60]) counts.addSuccess(facts(at * second, 'usr-noor'));
    counts.addSuccess(facts(second, 'usr-lee'));
    counts.addSuccess(facts(second, 'usr-other'));
    assert.deepEqual(counts.groups(), [
      {
        value: 'usr-noor',
        count: 3,
        events: 3,
        first: 10 * second,
        last: 50 * second,
        succeededAt: 40 * second,
      },
      { value: 'usr-lee', count: 1, events: 1, first: 20 * second, last: 20 * second },
    ]);
  });

  it('that a client makes twice within two seconds count once, and three count as three', () => {
    assert.equal(count([facts(0, 'a'), facts(2 * second, 'a')]), 1);
    assert.equal(count([facts(0, 'a'), facts(2 * second + 1, 'a')]), 2);
    assert.equal(count([facts(0, 'a'), facts(second, 'a'), facts(2 * second, 'a')]), 3);
    assert.equal(count([facts(0, 'a'), facts(second, 'b')]), 2);
    const elsewhere = facts(second, 'a', { address: '203.0.113.10' });
    assert.equal(count([facts(0, 'a'), elsewhere]), 2);
  });

  it('in a summary count as often as it says, and its second of a pair does not', () => {
    const summary = (repeated: number) =>
      authenticationFacts({
        createdAt: '2026-11-30T10:01:00Z',
        details: { repeated, firstAt: '2026-11-30T10:00:00Z', lastAt: '2026-11-30T10:00:01Z' },
      });
    const first = authenticationFacts({ createdAt: '2026-11-30T10:00:00Z' });
    assert.equal(count([first, summary(1)]), 1);
    assert.equal(count([first, summary(41)]), 42);
    assert.equal(first.attempts, 1);
  });

  it('of more clients than there is room for are refused, however long the values are', () => {
    const counts = new FailedAuthCounts('actor');
    const agent = 'x'.repeat(60_000);
    const add = (from: number, to: number) => {
      for (let n = from; n < to; n += 1)
        counts.addFailure(facts(n * second, `usr-${n}`, { agent }));
    };
    add(0, 500);
    assert.equal(counts.groups().length, 500);
    assert.throws(() => add(500, 1_000), { code: 'invalid', message: /narrow the time/ });
    for (let n = 0; n < 1_000; n += 1) counts.addFailure(facts(n, 'usr-1', { agent }));
  });

  it('add up to the same whatever the order', () => {
    const failure = fc
      .record({ at: fc.integer({ min: 0, max: 20 }), actor: fc.constantFrom('a', 'b') })
      .map(({ at, actor }) => facts(at * second, actor));
    fc.assert(
      fc.property(fc.array(failure, { maxLength: 30 }), (failures) => {
        const total = count(failures);
        assert.equal(count(failures.toReversed()), total);
        assert.ok(total <= failures.length && total >= Math.ceil(failures.length / 2));
      }),
    );
  });
});
