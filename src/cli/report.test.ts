import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import type { Draft } from '../core/event.ts';
import { formatInstant, hour, minute } from '../core/micros.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('annals report', () => {
  const app = new TestApp();
  let key = '';

  before(async () => {
    const organisation = await app.organisation();
    key = await app.key('org-auditor', organisation);
    const login = (userIdentity: string, ago: number, outcome: 'failure' | 'success'): Draft => ({
      action: 'auth.login',
      createdAt: formatInstant(app.clock() - ago),
      userIdentity,
      outcome,
      context: { client_ip: '203.0.113.9' },
    });
    await app.ledger.record(organisation.identity, [
      login('usr-noor', 3 * hour, 'failure'),
      login('usr-noor', 2 * hour, 'failure'),
      login('usr-noor', 2 * hour - minute, 'success'),
      login('usr-lee', hour, 'failure'),
      login('usr-old', 60 * hour, 'failure'),
    ]);
  });

  const report = (...words: string[]) =>
    runCommand(['report', ...words], { env: { ANNALS_KEY: key }, fetch: fetchFrom(app) });

  it('counts failed authentications of the last day, and says when one succeeded', async () => {
    const { code, stdout, stderr } = await report('failed-auth');
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^ACTOR +FAILED +FIRST +LAST +THEN$/);
    assert.match(lines[1] ?? '', /^usr-noor +2( +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d){3}$/);
    assert.match(lines[2] ?? '', /^usr-lee +1( +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d){2} +-$/);
    assert.equal(lines.length, 3);
    assert.match(stderr, /^3 failed between .+ and .+ UTC$/m);
  });

  it('takes a range, filters and another grouping, and prints JSON', async () => {
    const { stdout } = await report('failed-auth', '--since', '7d', '--by', 'address', '--json');
    const { total, groups } = JSON.parse(stdout);
    assert.equal(total, 4);
    assert.deepEqual([groups.length, groups[0].value], [1, '203.0.113.9']);
    const one = await report('failed-auth', '--user-identity', 'usr-lee', '--json');
    assert.equal(JSON.parse(one.stdout).total, 1);
    const cut = await report('failed-auth', '--limit', '1');
    assert.match(cut.stderr, /; 2 lines in all$/m);
  });

  it('names the reports there are', async () => {
    const { code, stderr } = await report('brute-farce');
    assert.equal(code, 2);
    assert.match(stderr, /failed-auth/);
  });
});
