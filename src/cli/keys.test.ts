import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import { day, formatInstant } from '../core/micros.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('annals keys', () => {
  const app = new TestApp();
  let admin = '';
  before(async () => {
    admin = await app.key('org-admin', await app.organisation());
  });

  const annals = (...args: readonly string[]) =>
    runCommand(args, {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: admin },
      fetch: fetchFrom(app),
      clock: app.clock,
    });
  const create = (name: string, ...flags: readonly string[]) =>
    annals('keys', 'create', '--role', 'writer', '--name', name, ...flags);

  it('creates one that expires after a span, and a list says what expires soon', async () => {
    const now = app.clock();
    assert.equal((await create('short', '--expires-in', '11d12h')).code, 0);
    assert.equal((await create('long', '--expires-in', '90d')).code, 0);
    const { stdout } = await annals('keys', 'list', '--json');
    const listed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; expiresAt?: string });
    const expiry = (name: string) => listed.find((key) => key.name === name)?.expiresAt;
    const inDays = (days: number) => formatInstant(now + days * day).slice(0, 10);
    assert.equal(expiry('short')?.slice(0, 10), inDays(11.5));
    assert.equal(expiry('long')?.slice(0, 10), inDays(90));

    const table = (await annals('keys', 'list')).stdout;
    assert.match(table, new RegExp(`short .* expires ${inDays(11.5)}, in 11 days\n`));
    assert.match(table, new RegExp(`long .* expires ${inDays(90)}\n`));
    assert.match(table, /org-admin .* does not expire\n/);
  });

  it('takes a span or a time, not both, and no span that cannot be read', async () => {
    const both = await create('x', '--expires-in', '1d', '--expires-at', '2099-01-01T00:00:00Z');
    assert.equal(both.code, 2);
    assert.match(both.stderr, /'--expires-at <time>' cannot be used with .*'--expires-in <span>'/);
    const wrong = await create('x', '--expires-in', 'soon');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /Cannot read the time span "soon": write 90m, 24h, 7d/);
  });

  it('lists more keys than a page of the server has', async () => {
    const many = new TestApp();
    const organisation = await many.organisation();
    const key = await many.key('org-admin', organisation);
    for (let number = 0; number < 1_000; number += 1) await many.key('writer', organisation);
    const { code, stdout } = await runCommand(['keys', 'list', '--json'], {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      fetch: fetchFrom(many),
    });
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    assert.deepEqual([code, ids.length, new Set(ids).size], [0, 1_001, 1_001]);
  });
});
