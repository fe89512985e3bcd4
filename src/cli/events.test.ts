import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import stringWidth from 'string-width';
import { TestApp } from '../api/app.fixture.ts';
import type { AuditEvent, Draft } from '../core/event.ts';
import { day, formatInstant } from '../core/micros.ts';
import { localTimeOf } from './event-columns.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

const eventsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);

describe('annals events', () => {
  const app = new TestApp();
  /** More events than a page has. */
  const many = 1_203;
  let key = '';
  let requests = 0;
  const at = (ago: number) => formatInstant(app.clock() - ago);

  before(async () => {
    const organisation = await app.organisation();
    key = await app.key('org-admin', organisation);
    const drafts = Array.from(
      { length: many },
      (_, n): Draft => ({ action: 'login', createdAt: at(9 * day), userIdentity: `usr-${n % 7}` }),
    );
    await app.ledger.record(organisation.identity, drafts);
    await app.ledger.record(organisation.identity, [
      {
        ...{ eventID: 'evt-decrypt', action: 'kms.decrypt', createdAt: at(3 * day) },
        ...{ resourceType: 'kms_key', resourceIdentity: 'kms-1', userIdentity: 'usr-noor' },
        ...{ traceId: 'trace-1', sessionId: 'a,b' },
        context: {
          ...{ method: 'POST', path: '/v1/decrypt', status: 403, client_ip: '203.0.113.4' },
          ...{ credentials_id: 'key-1', country_code: 'NL' },
        },
      },
    ]);
    await app.ledger.record(organisation.identity, [
      { action: 'backup.run', createdAt: at(day), context: { system_service: 'backup' } },
    ]);
  });

  const events = (...args: readonly string[]) => {
    requests = 0;
    const fetch = fetchFrom(app);
    return runCommand(['events', ...args], {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      clock: app.clock,
      fetch: (input, init) => {
        requests += 1;
        return fetch(input, init);
      },
    });
  };

  it('are listed page by page until there are none, each once', async () => {
    const { code, stdout, stderr } = await events('list', '--limit', '0', '--json');
    assert.deepEqual([code, stderr], [0, '']);
    const ids = eventsOf(stdout).map(({ eventID }) => eventID);
    assert.equal(ids[0], 'evt-decrypt');
    assert.deepEqual([ids.length, new Set(ids).size], [many + 1, many + 1]);
    const oldest = await events('list', '--limit', '0', '--json', '--oldest-first');
    assert.deepEqual(
      eventsOf(oldest.stdout).map(({ eventID }) => eventID),
      ids.toReversed(),
    );
  });

  it('say when there are more than the limit', async () => {
    for (const flags of [[], ['--json']]) {
      const { stdout, stderr } = await events('list', '--limit', '1101', ...flags);
      assert.equal(stdout.trimEnd().split('\n').length, flags.length === 0 ? 1_102 : 1_101);
      assert.match(stderr, /^The last 1,101 of 1,204 events; --limit 0 prints all of them\n$/);
    }
    assert.equal((await events('list', '--limit', String(many + 1))).stderr, '');
  });

  it('show who, what, on what, by which path, and how it ended', async () => {
    const { stdout } = await events('list', '--limit', '1');
    const [titles = '', line = ''] = stdout.split('\n');
    assert.match(titles, /^TIME +WHO +ACTION +RESOURCE +PATH +RESULT +SEQUENCE/);
    assert.match(
      line,
      /^\d{4}\S+Z +usr-noor +kms.decrypt +kms_key\/kms-1 +POST \/v1\/decrypt +403 +1203 +203\.0\.113\.4 +evt-decrypt +-$/,
    );
  });

  it('are shown one by one, by id or by sequence', async () => {
    const byId = await events('get', 'evt-decrypt');
    assert.match(byId.stdout, /^action +kms.decrypt$/m);
    assert.match(byId.stdout, /^context\.status +403$/m);
    const bySequence = await events('get', '--sequence', String(many), '--json');
    assert.equal(eventsOf(bySequence.stdout)[0]?.eventID, 'evt-decrypt');
    const unknown = await events('get', '--sequence', '99999');
    assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
    assert.match(unknown.stderr, /There is no event of sequence 99999 in the organisation’s log/);
    const number = await events('get', '3');
    assert.equal(number.code, 1);
    assert.match(
      number.stderr,
      /There is no event of this id .*; an event .* with --sequence 3\n$/,
    );
    assert.doesNotMatch((await events('get', 'evt-3')).stderr, /--sequence/);
    assert.equal((await events('get')).code, 2);
    assert.equal((await events('get', 'evt-decrypt', '--sequence', '1')).code, 2);
  });

  it('are counted, exactly and with the filters and the time range of a list', async () => {
    const count = async (...flags: readonly string[]) => (await events('count', ...flags)).stdout;
    assert.equal(await count(), `${many + 1}\n`);
    const backups = ['--include-system-services', '--action', 'backup.run'];
    assert.equal(await count(...backups, '--json'), '{"count":1}\n');
    assert.equal(await count('--user-identity', 'usr-0'), '172\n');
    assert.equal(await count('--user-identity', 'usr-0', '--user-identity', 'usr-1'), '344\n');
    assert.equal(await count('--outcome', 'failure', '--client-ip', '203.0.113.4'), '1\n');
    assert.equal(await count('--response-status', '403,404'), '1\n');
    assert.equal(await count('--trace-id', 'trace-1', '--session-id', 'a,b'), '1\n');
    assert.equal(await count('--project-id', 'other'), '0\n');
    assert.equal(await count('--credential', 'key-1', '--country', 'NL,DE'), '1\n');
    assert.equal(await count('--not', 'country=NL'), `${many}\n`);
    assert.equal(await count('--not', 'action=login'), '1\n');
    assert.equal(
      await count('--not', 'user-identity=usr-0', '--not', 'user-identity=usr-1'),
      `${many + 1 - 344}\n`,
    );
    assert.equal(await count('--not', 'search-text=a=b', '--not', 'action=login'), '1\n');
    assert.equal(await count('--since', '4d'), '1\n');
    const [from, to] = [at(10 * day), at(8 * day)].map((text) => text.slice(0, 10));
    assert.equal(await count('--from', from ?? '', '--to', to ?? ''), `${many}\n`);
    assert.match((await events('count', '--to', '2026-01-01')).stderr, /--to alone: give --from/);
  });

  it('are not counted by a filter that makes no sense', async () => {
    for (const [flags, why] of [
      [['--outcome', 'failed'], /It must be success or failure\./],
      [['--not', 'acton=login'], /there is no filter --acton \(did you mean action\?\)/],
      [['--not', 'action'], /It must have a value after the =/],
      [['--not', 'response-status=x'], /It must be a whole number of at least 1/],
    ] as const) {
      const { code, stderr } = await events('count', ...flags);
      assert.equal(code, 2);
      assert.match(stderr, why);
    }
  });

  it('are counted over time, with a line for each part of it', async () => {
    const { code, stdout, stderr } = await events('histogram', '--buckets', '13');
    assert.deepEqual([code, stderr], [0, '']);
    const [title, first = '', ...rest] = stdout.trimEnd().split('\n');
    assert.equal(title, '1,204 events, a line for 12 hours, UTC; ▒ failures');
    assert.match(first, /^\d{4}-\d\d-\d\d (00|12):00 {2}1,203 {2}█{55}$/);
    assert.equal(first.length, 80);
    assert.match(rest.at(-1)!, /^\S+ (00|12):00 {6}1 {2}▒$/);
    assert.match(rest[0]!, /^\S+ (00|12):00 {6}0$/);
    const { stdout: json } = await events('histogram', '--json', '--action', 'kms.decrypt');
    const { total, buckets } = JSON.parse(json) as { total: number; buckets: object[] };
    assert.deepEqual([total, buckets.length], [1, 1]);
    assert.equal((await events('histogram', '--buckets', '0')).code, 2);
  });

  it('are counted by the values of filters', async () => {
    const { stdout } = await events('facets', '--facet', 'action,userIdentity', '--values', '2');
    assert.deepEqual(
      stdout.split('\n').map((line) => line.replace(/█+$/, '█')),
      [
        '1,204 events',
        '',
        'action: 2 values',
        '  login        1,203  █',
        '  kms.decrypt      1  █',
        '',
        'userIdentity: 8 values, the first 2 of them here',
        '  usr-0          172  █',
        '  usr-1          172  █',
        '',
      ],
    );
    const found = await events('facets', '--facet', 'clientIp', '--search', '113', '--json');
    const { facets } = JSON.parse(found.stdout) as { facets: object[] };
    const values = [{ value: '203.0.113.4', count: 1 }];
    assert.deepEqual(facets, [{ name: 'clientIp', values, distinct: 1, absent: many }]);
    assert.match(
      (await events('facets', '--facet', 'projectId')).stdout,
      /projectId: no event has one/,
    );
    const nothing = await events('facets', '--facet', 'actoin');
    assert.equal(nothing.code, 2);
  });

  it('that do not match are explained on stderr, with two requests more at most', async () => {
    for (const [flags, why] of [
      [
        ['--action', 'kms.decrpyt'],
        /No event has the action kms\.decrpyt \(did you mean kms\.decrypt\?\)/,
      ],
      [['--action', 'kms.decrypt,vpc.delete'], undefined],
      [['--resource-type', 'vpc'], /No event has the resource type vpc; the log has kms_key/],
      [
        ['--action', 'login', '--since', '1d'],
        /1,203 events match at another time or with --include-system-services, the last of \d/,
      ],
      [['--action', 'backup.run'], /1 event matches with --include-system-services: of \d/],
      [['--since', '1h'], /The log has events from \d{4}-\d\d-\d\dT\S+ to \d{4}-\d\d-\d\dT/],
      [['--response-status', '500'], /No event of the log matches these filters, at any time/],
    ] as const) {
      for (const command of ['list', 'count']) {
        const { code, stdout, stderr } = await events(command, ...flags);
        assert.equal(code, 0);
        if (why === undefined) assert.equal(stderr, '');
        else {
          assert.equal(stdout, command === 'list' ? '' : '0\n');
          assert.match(stderr, /^No event matches\n/);
          assert.match(stderr, why);
          assert.ok(requests <= 3, `${requests} requests`);
        }
      }
    }
  });

  it('explain an empty log, and are not stopped by an explanation that fails', async () => {
    const empty = new TestApp();
    const admin = await empty.key('org-admin', await empty.organisation());
    const list = (answer: typeof fetch) =>
      runCommand(['events', 'list'], {
        env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: admin },
        fetch: answer,
      });
    const answer = fetchFrom(empty);
    const { stderr } = await list(answer);
    assert.match(stderr, /no events yet but the records of system services: --include-system/);
    const broken = await list((input, init) =>
      String(input).includes('filter-options')
        ? Promise.resolve(new Response('', { status: 500 }))
        : answer(input, init),
    );
    assert.deepEqual([broken.code, broken.stderr], [0, 'No event matches\n']);
  });
});

describe('events on a terminal', () => {
  it('fit into it, have the local time, and cannot control it', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    const hostile = '\u001b[2J\u001b]0;title\u0007\u202e漢字\u2028';
    await app.ledger.record(organisation.identity, [
      {
        ...{ action: `a${hostile}`, createdAt: '2026-06-20T22:14:03Z', outcome: 'failure' },
        ...{ resourceType: 'r'.repeat(90), resourceIdentity: hostile },
        userIdentity: `u${hostile}`.repeat(9),
        description: hostile,
        context: { path: hostile },
        details: { [hostile]: hostile },
      },
    ] as Draft[]);
    for (const columns of [120, 80, 50, 20]) {
      for (const command of [
        ['events', 'list'],
        ['events', 'get', '--sequence', '0'],
        ['tail', '--no-follow'],
      ]) {
        const { code, stdout } = await runCommand(command, {
          env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
          fetch: fetchFrom(app),
          timeZone: 'Europe/Amsterdam',
          isTerminal: true,
          columns,
        });
        assert.equal(code, 0);
        // The styles are ours.
        const shown = ['0', '1', '2', '31'].reduce(
          (text, code) => text.replaceAll(`\u001b[${code}m`, ''),
          stdout,
        );
        assert.doesNotMatch(shown.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        if (columns >= 80) assert.match(shown, /00:14:03(?:\+1| Europe\/Amsterdam)/);
        if (command.includes('get') || columns < 50) continue;
        for (const line of shown.split('\n')) assert.ok(stringWidth(line) <= columns, line);
        assert.match(shown, /^2026-06-20$/m);
        assert.ok(stdout.includes('\u001b[31mfailure\u001b[0m'));
      }
    }
  });
});

describe('the local time of an event', () => {
  it('is beside UTC, with the day if that is another', () => {
    const local = (instant: string, zone: string) => localTimeOf(instant, zone);
    assert.equal(local('2026-06-20T08:14:03.512904Z', 'Europe/Amsterdam'), '10:14:03');
    assert.equal(local('2026-06-20T22:14:03Z', 'Europe/Amsterdam'), '00:14:03+1');
    assert.equal(local('2026-03-01T03:14:03Z', 'America/New_York'), '22:14:03-1');
    assert.equal(local('2026-12-31T14:00:00Z', 'Pacific/Kiritimati'), '04:00:00+1');
    assert.equal(local('yesterday', 'UTC'), '');
  });
});
