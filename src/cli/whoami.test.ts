import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import { day, formatInstant } from '../core/micros.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('annals whoami', () => {
  const app = new TestApp();
  const whoami = (key: string, flags: readonly string[] = [], answer = fetchFrom(app)) =>
    runCommand(['whoami', ...flags], {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      clock: app.clock,
      fetch: answer,
    });

  it('shows the server, the organisation, the key, and what it may do', async () => {
    const organisation = await app.organisation('acme');
    const expiresAt = app.clock() + 5.5 * day;
    const key = await app.key('org-auditor', organisation, expiresAt);
    const id = key.split('_')[1] ?? '';
    const { code, stdout } = await whoami(key);
    assert.equal(code, 0);
    assert.match(stdout, /^server +http:\/\/annals\.test, Annals \S+$/m);
    assert.match(
      stdout,
      new RegExp(`^organisation +acme, acme \\(${organisation.identity}\\)$`, 'm'),
    );
    assert.match(stdout, new RegExp(`^key +.*\\(${id}\\)$`, 'm'));
    assert.match(
      stdout,
      new RegExp(`^validity +expires ${formatInstant(expiresAt).slice(0, 19)}Z, in 5 days$`, 'm'),
    );
    assert.match(stdout, /^role +org-auditor\nmay +audit_log: list, read\n$/m);
    const json = JSON.parse((await whoami(key, ['--json'])).stdout);
    assert.deepEqual(
      [json.api, json.organisation.slug, json.key.id, json.permissions],
      ['http://annals.test', 'acme', id, ['audit_log:list', 'audit_log:read']],
    );
  });

  it('works for a key that only records, and for the operator’s', async () => {
    const writer = await whoami(await app.key('writer', await app.organisation()));
    assert.match(
      writer.stdout,
      /^validity +does not expire\nrole +writer\nmay +audit_log: create\n$/m,
    );
    const { stdout } = await whoami(await app.key('operator'));
    assert.match(stdout, /^organisation +none: it is the operator’s key$/m);
    assert.match(stdout, /^may +api_key: list, create, delete\n +organisation: create, list\n/m);
  });

  it('exits with 4 for a wrong key, and names a server that is too old', async () => {
    const wrong = await whoami('annals_a_b');
    assert.deepEqual([wrong.code, wrong.stdout], [4, '']);
    assert.match(wrong.stderr, /The credential is unknown, revoked or expired/);
    const old = await whoami('annals_a_b', [], async () =>
      Response.json({ message: 'There is no /v1/me' }, { status: 404 }),
    );
    assert.deepEqual([old.code, old.stdout], [1, '']);
    assert.match(old.stderr, /Cannot say who you are: the server is older than this command/);
  });
});
