import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import { run } from './run.ts';

describe('annals erase', () => {
  const app = new TestApp();
  let admin = '';
  let auditor = '';
  before(async () => {
    const organisation = await app.organisation();
    admin = await app.key('org-admin', organisation);
    auditor = await app.key('org-auditor', organisation);
    for (const userIdentity of ['u-1', 'u-2']) {
      const draft = { action: 'a', userIdentity, user: { name: 'Noor' } };
      await app.ledger.record(organisation.identity, [draft, draft]);
    }
  });

  /** With what is typed at a terminal, if there is one. */
  async function annals(key: string, flags: readonly string[], typed?: string) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const stdin = Readable.from(typed === undefined ? [] : [typed]);
    if (typed !== undefined) Object.assign(stdin, { isTTY: true });
    const fetch = (url: string | URL | Request, init?: RequestInit) =>
      Promise.resolve(app.serve(new Request(url, init), {}));
    const code = await run(['erase', '--api', 'http://annals.test', '--token', key, ...flags], {
      ...{ env: {}, stdin, stdout, stderr, fetch, clock: app.clock },
      random: (bytes) => void randomFillSync(bytes),
      signal: new AbortController().signal,
      cwd: tmpdir(),
      home: tmpdir(),
    });
    const all = (stream: PassThrough) => text(stream.end());
    return { code, stdout: await all(stdout), stderr: await all(stderr) };
  }

  it('does nothing without a yes, on a terminal or by --yes', async () => {
    const flags = ['--user-identity', 'u-1'];
    const unconfirmed = await annals(admin, flags);
    assert.deepEqual([unconfirmed.code, unconfirmed.stdout], [2, '']);
    assert.match(unconfirmed.stderr, /there is no terminal. Give --yes/);
    assert.equal((await annals(admin, flags, '')).code, 1);
    const declined = await annals(admin, flags, 'no\n');
    assert.deepEqual([declined.code, declined.stdout], [1, '']);
    assert.match(declined.stderr, /all events of u-1 will be erased for ever.*nothing was erased/s);
    assert.equal((await annals(admin, ['--yes'])).code, 2);
  });

  it('erases, and says how much', async () => {
    const confirmed = await annals(admin, ['--user-identity', 'u-1'], 'yes\n');
    assert.deepEqual(
      [confirmed.code, confirmed.stdout],
      [0, 'Erased what was personal in 2 of 4 events\n'],
    );
    const again = await annals(admin, ['--user-identity', 'u-1', '--yes', '--json']);
    assert.deepEqual(JSON.parse(again.stdout), {
      events: 2,
      erased: 0,
      alreadyErased: 2,
      snapshot: 6,
    });
  });

  it('says what it would erase, asks nothing for that, and erases nothing', async () => {
    const before = await annals(admin, ['--user-identity', 'u-2', '--dry-run']);
    assert.equal(before.code, 0, before.stderr);
    assert.match(before.stdout, /^Would erase what was personal in 2 of \d+ events\n$/);
    const again = await annals(admin, ['--user-identity', 'u-2', '--dry-run', '--json']);
    const { events, erased, alreadyErased, dryRun } = JSON.parse(again.stdout);
    assert.deepEqual([events, erased, alreadyErased, dryRun], [2, 2, 0, true]);
  });

  it('says that there is no such user, and exits with 2', async () => {
    for (const flags of [['--dry-run'], ['--yes']]) {
      const { code, stderr } = await annals(admin, ['--user-identity', 'u-3', ...flags]);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /nothing was erased: no event has the userIdentity .* u-3\. Is it spelled/,
      );
    }
  });

  it('is for org-admins', async () => {
    const { code, stderr } = await annals(auditor, ['--user-identity', 'u-2', '--yes']);
    assert.equal(code, 4);
    assert.match(stderr, /audit_log:erase/);
  });
});
