import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { unguardFormula } from '../core/csv.ts';
import type { AuditEvent, Draft } from '../core/event.ts';
import { formatInstant } from '../core/micros.ts';
import type { Organisation } from '../core/organisation.ts';
import { parseCsv } from '../export/read-csv.ts';
import { Quotas } from '../http/quotas.ts';
import { TestApp } from './app.fixture.ts';

interface List {
  readonly items: readonly AuditEvent[];
  readonly totalItems: number;
  readonly totalPages: number;
  readonly totalCount: number;
  readonly page: number;
  readonly itemsPerPage: number;
  readonly nextCursor?: string;
}

async function open() {
  const app = new TestApp();
  const organisation = await app.organisation();
  return { app, organisation, key: await app.key('org-admin', organisation) };
}

const ids = ({ items }: Pick<List, 'items'>) => items.map(({ eventID }) => eventID).join(' ');

describe('POST /v1/audit/events', () => {
  it('responds with a receipt once the events can be read', async () => {
    const { app, key } = await open();
    const events = [{ eventID: 'a', action: 'GET' }, { action: 'PUT' }];
    const receipt = await app.json('POST', '/v1/audit/events', { key, body: { events } });
    assert.deepEqual(receipt, {
      accepted: 2,
      duplicates: 0,
      firstSequence: 0,
      lastSequence: 1,
      checkpointSize: 2,
    });
    assert.equal((await app.json<AuditEvent>('GET', '/v1/audit/a', { key })).action, 'GET');
  });

  it('takes NDJSON', async () => {
    const { app, key } = await open();
    const body = '{"action":"a"}\n{"action":"b"}\n';
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const receipt = await app.json<{ accepted: number }>('POST', '/v1/audit/events', {
      key,
      body,
      headers,
    });
    assert.equal(receipt.accepted, 2);
  });

  it('rejects all when one is bad, and names it', async () => {
    const { app, organisation, key } = await open();
    const events = [{ action: 'a' }, { action: 'b', colour: 'red' }];
    const response = await app.request('POST', '/v1/audit/events', { key, body: { events } });
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), {
      message: 'Cannot record: event 1, colour: is not a field of an event: put it into "details"',
      errors: [
        { index: 1, field: 'colour', message: 'is not a field of an event: put it into "details"' },
      ],
    });
    assert.equal((await app.store.head(organisation.identity)).size, 0);
  });

  for (const [what, options, status] of [
    [
      'a body that is too large',
      { body: { action: 'a', details: { text: 'x'.repeat(1024 * 1024) } } },
      413,
    ],
    ['too many events', { body: { events: Array(1_001).fill({ action: 'a' }) } }, 413],
    ['another content type', { body: 'a', headers: { 'Content-Type': 'text/plain' } }, 415],
    [
      'text that is not UTF-8',
      { body: '{}', headers: { 'Content-Type': 'application/json; charset=utf-16' } },
      415,
    ],
    ['an encoded body', { body: 'a', headers: { 'Content-Encoding': 'gzip' } }, 415],
    ['no body', {}, 400],
    ['an id taken by other content', { body: { eventID: 'taken', action: 'other' } }, 409],
  ] as const) {
    it(`rejects ${what} with ${status}`, async () => {
      const { app, organisation, key } = await open();
      await app.ledger.record(organisation.identity, [{ eventID: 'taken', action: 'a' }]);
      const response = await app.request('POST', '/v1/audit/events', { key, ...options });
      assert.equal(response.status, status);
      assert.equal(typeof ((await response.json()) as { message: unknown }).message, 'string');
      assert.equal((await app.store.head(organisation.identity)).size, 1);
    });
  }
});

it('says the charset of JSON, or not, in any spelling', async () => {
  const { app, key } = await open();
  for (const parameter of ['', ';charset=utf-8', '; charset="UTF-8"', '; Charset=UTF8; x=y']) {
    const headers = { 'Content-Type': `application/json${parameter}` };
    const response = await app.request('POST', '/v1/audit/events', {
      key,
      headers,
      body: { action: 'a' },
    });
    assert.equal(response.status, 201, parameter);
  }
  const headers = { 'Content-Type': 'application/json; charset=latin1' };
  const response = await app.request('POST', '/v1/keys', { key, headers, body: '{}' });
  assert.equal(response.status, 415);
});

it('turns an organisation away that has used up its quota, before the body is read', async () => {
  const limits = { keyEventsPerSecond: 0, keyBytesPerDay: 0, organisationBytesPerDay: 0 };
  const quotas = new Quotas({ ...limits, organisationEventsPerSecond: 2 }, () => 0);
  const app = new TestApp({ quotas });
  const [acme, other] = [await app.organisation(), await app.organisation()];
  const [key, second] = [await app.key('writer', acme), await app.key('writer', acme)];
  const body = { events: Array(3).fill({ action: 'a' }) };
  await app.json('POST', '/v1/audit/events', { key, body });
  const response = await app.request('POST', '/v1/audit/events', { key: second, body: 'no JSON' });
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('retry-after'), '1');
  assert.match(await response.text(), /this organisation may record 2 events a second/);
  await app.json('POST', '/v1/audit/events', { key: await app.key('writer', other), body });
});

it('rejects query parameters that a route does not have, and names what was meant', async () => {
  const { app, key } = await open();
  for (const [method, path, message] of [
    [
      'GET',
      '/v1/audit?userIdentiy=usr-1',
      'userIdentiy is not known here (did you mean userIdentity?)',
    ],
    ['GET', '/v1/audit?-acton=GET', '-acton is not known here (did you mean -action?)'],
    ['GET', '/v1/audit?acton=GET', 'acton is not known here (did you mean action?)'],
    ['GET', '/v1/audit?nonsense=', 'nonsense is not known here'],
    ['GET', '/v1/audit/export?limit=5', 'limit is not known here'],
    ['GET', '/v1/audit/filter-options?x=1', 'x is not known here'],
    ['GET', '/v1/audit/evt-1?x=1', 'x is not known here'],
    ['GET', '/v1/audit/keys?x=1', 'x is not known here'],
    ['GET', '/v1/audit/tile/0/000?x=1', 'x is not known here'],
    ['POST', '/v1/audit/events?x=1', 'x is not known here'],
    [
      'GET',
      '/v1/keys?organization=acme',
      'organization is not known here (did you mean organisation?)',
    ],
  ] as const) {
    const body = method === 'POST' ? { body: { action: 'a' } } : {};
    const response = await app.request(method, path, { key, ...body });
    assert.equal(response.status, 400, path);
    assert.equal(
      ((await response.json()) as { message: string }).message,
      `Cannot read the request: the parameter ${message}`,
    );
  }
  const many = Array.from({ length: 30 }, (_, index) => `x${index}=1`).join('&');
  const { errors } = await app.json<{ errors: object[] }>('GET', `/v1/audit?${many}`, { key }, 400);
  assert.equal(errors.length, 20);
  // As Thalassa's clients may say it.
  await app.json('GET', '/v1/audit?organisationIdentity=acme&actions=a&resourceTypes=b', { key });
});

it('keeps responses out of caches, unless a route says otherwise', async () => {
  const { app, key } = await open();
  for (const path of ['/v1/audit', '/v1/keys', '/healthz', '/nothing', '/1.3/audit-logs']) {
    const { headers } = await app.request('GET', path, { key });
    assert.equal(headers.get('cache-control'), 'no-store', path);
  }
  const body = { role: 'writer', name: 'w' };
  const { headers } = await app.request('POST', '/v1/keys', { key, body });
  assert.equal(headers.get('cache-control'), 'no-store');
});

describe('GET /v1/audit', () => {
  const app = new TestApp();
  let organisation: Organisation;
  let key: string;
  const list = (query: string) => app.json<List>('GET', `/v1/audit?${query}`, { key });

  before(async () => {
    organisation = await app.organisation('acme');
    key = await app.key('org-auditor', organisation);
    const drafts: Draft[] = [
      {
        eventID: 'a',
        action: 'POST',
        createdAt: '2026-06-01T00:00:00Z',
        resourceType: 'cloud_vpc',
        resourceIdentity: 'vpc-1',
        description: 'Created VPC Staging',
        userIdentity: 'usr-1',
        traceId: 'trace-1',
        sessionId: 'session-1',
        context: { status: 201, client_ip: '192.0.2.7', country_code: 'NL' },
      },
      {
        eventID: 'b',
        action: 'DELETE',
        createdAt: '2026-06-02T12:00:00Z',
        resourceType: 'cloud_vpc',
        description: 'Deleted VPC STAGING',
        userIdentity: 'usr-2',
        impersonatorIdentity: 'usr-9',
        traceId: 'trace-2',
        projectId: 'project-1',
        context: { status: 403, credentials_id: 'key-1' },
      },
      {
        eventID: 'c',
        action: 'kms.decrypt',
        createdAt: '2026-06-02T12:00:00Z',
        resourceType: 'kms_key',
        resourceIdentity: 'kms-1',
        serviceAccountIdentity: 'sa-1',
      },
      {
        eventID: 'd',
        action: 'create',
        createdAt: '2026-06-03T23:59:59.999999Z',
        resourceType: 'dns_zone',
        description: 'Zone 100% "done"',
      },
      {
        eventID: 'e',
        action: 'GET',
        createdAt: '2026-06-04T00:00:00Z',
        context: { system_service: 'billing' },
      },
    ];
    await app.ledger.record(organisation.identity, drafts);
  });

  it('has the six fields of the envelope and no others', async () => {
    const { items, ...envelope } = await list('');
    assert.deepEqual(envelope, {
      totalItems: 4,
      page: 1,
      itemsPerPage: 50,
      totalPages: 1,
      totalCount: 4,
    });
    assert.equal(ids({ items }), 'd c b a');
  });

  it('is [] and no pages when nothing matches', async () => {
    const empty = await list('action=nothing');
    assert.deepEqual(empty, {
      items: [],
      totalItems: 0,
      page: 1,
      itemsPerPage: 50,
      totalPages: 0,
      totalCount: 0,
    });
  });

  for (const [query, expected] of [
    ['order=asc', 'a b c d'],
    ['includeSystemServices=true', 'e d c b a'],
    ['includeSystemServices=1', 'e d c b a'],
    ['includeSystemServices=false', 'd c b a'],
    ['action=delete', 'b'],
    ['action=create', 'd a'],
    ['action=create,%20KMS.DECRYPT%20,', 'd c a'],
    ['action=post&action=delete', 'b a'],
    ['actions=delete', 'b'],
    ['action=', 'd c b a'],
    ['resourceType=kms_key,dns_zone', 'd c'],
    ['resourceTypes=kms_key', 'c'],
    ['resourceIdentity=vpc-1', 'a'],
    ['userIdentity=usr-1', 'a'],
    ['userIdentity=usr-1&userIdentity=usr-2', 'b a'],
    ['userIdentity=usr-1,usr-2', ''],
    ['resourceIdentity=vpc-1&resourceIdentity=kms-1', 'c a'],
    ['impersonatorIdentity=usr-9', 'b'],
    ['serviceAccount=sa-1', 'c'],
    ['responseStatus=403', 'b'],
    ['responseStatus=0', 'd c b a'],
    ['responseStatus=0403,201', 'b a'],
    ['responseStatus=403&responseStatus=0', 'd c b a'],
    ['outcome=failure', 'b'],
    ['outcome=failure,success', 'b a'],
    ['clientIp=192.0.2.7', 'a'],
    ['traceId=trace-1&traceId=trace-2', 'b a'],
    ['sessionId=session-1', 'a'],
    ['projectId=project-1', 'b'],
    ['credential=key-1', 'b'],
    ['country=NL,DE', 'a'],
    ['country=nl', ''],
    ['-country=NL&-credential=key-1', 'd c'],
    [String.raw`action=a\,b`, ''],
    ['-action=delete', 'd c a'],
    ['-action=create', 'c b'],
    ['-action=create,KMS.decrypt&includeSystemServices=true', 'e b'],
    ['-action=', 'd c b a'],
    ['-userIdentity=usr-1&-userIdentity=usr-2', 'd c'],
    ['-outcome=success,failure', 'd c'],
    ['-responseStatus=403', 'd c a'],
    ['-searchText=staging', 'd c'],
    ['-searchText=created&-searchText=ZONE', 'c b'],
    ['resourceType=cloud_vpc&-clientIp=192.0.2.7', 'b'],
    ['fromSequence=1&-action=delete', 'c d'],
    ['searchText=staging', 'b a'],
    ['searchText=100%25%20%22', 'd'],
    ['searchText=staging&responseStatus=201', 'a'],
    ['organizationIdentity=acme', 'd c b a'],
    ['organisationIdentity=other', ''],
    ['from=2026-06-02', 'd c b'],
    ['to=2026-06-02', 'c b a'],
    ['from=2026-06-02&to=2026-06-02', 'c b'],
    ['to=2026-06-02T12:00:00Z', 'a'],
    ['from=2026-06-02T14:00:00%2B02:00', 'd c b'],
    ['from=2026-06-02T14:00:00+02:00', 'd c b'],
    ['limit=2', 'd c'],
    ['limit=2&page=2', 'b a'],
    ['limit=2&page=3', ''],
    ['limit=5000', 'd c b a'],
    ['fromSequence=2', 'c d'],
    ['fromSequence=99', ''],
  ] as const) {
    it(`finds "${expected}" for ?${query}`, async () =>
      assert.equal(ids(await list(query)).replace(/^0\S+ /, ''), expected, 'besides own records'));
  }

  for (const query of [
    'page=0',
    'page=-1',
    'page=x',
    'limit=0',
    'limit=1.5',
    'responseStatus=ok',
    'responseStatus=403,ok',
    'outcome=failed',
    '-outcome=failed',
    '-responseStatus=0',
    '-from=2026-06-01',
    '-acton=GET',
    `action=${'a,'.repeat(1_000)}a`,
    Array.from({ length: 51 }, (_, n) => `-searchText=text${n}`).join('&'),
    'includeSystemServices=maybe',
    'order=up',
    'from=yesterday',
    'to=2026-06-02T12:00:00',
    'from=2026-02-30',
    'cursor=rubbish',
    'snapshot=x',
  ]) {
    it(`rejects ?${query}`, async () => {
      const response = await app.request('GET', `/v1/audit?${query}`, { key });
      assert.equal(response.status, 400);
      const { message } = (await response.json()) as { message: string };
      assert.ok(message.includes(query.split('=')[0]!), message);
    });
  }

  it('lowers a limit that is too large and says so', async () => {
    assert.equal((await list('limit=5000')).itemsPerPage, 1_000);
  });

  it('rejects a cursor that belongs to another query', async () => {
    const { nextCursor } = await list('limit=1&cursor=');
    const response = await app.request('GET', `/v1/audit?cursor=${nextCursor}&action=POST`, {
      key,
    });
    assert.equal(response.status, 400);
  });

  it('has 404 for an unknown id', async () => {
    assert.equal((await app.request('GET', '/v1/audit/nothing', { key })).status, 404);
  });

  it('gives one event by its sequence, and records which one was read', async () => {
    const get = (sequence: string) => app.request('GET', `/v1/audit/sequence/${sequence}`, { key });
    const b = await get('1');
    assert.equal(await b.text(), await (await app.request('GET', '/v1/audit/b', { key })).text());
    assert.equal((await get('4711')).status, 404);
    for (const wrong of ['x', '-1', '1.5', '1'.repeat(16)]) {
      const response = await get(wrong);
      assert.equal(response.status, 400, wrong);
      const { message } = (await response.json()) as { message: string };
      assert.match(message, /the parameter sequence must be a whole number from 0/);
    }
    await app.ownRecords.flush();
    const { items } = await list('action=audit_log.read&includeSystemServices=true');
    assert.ok(items.some(({ details }) => JSON.stringify(details).includes('"sequence":1')));
  });

  it('lists what can be filtered by', async () => {
    assert.deepEqual(await app.json('GET', '/v1/audit/filter-options', { key }), {
      actions: ['DELETE', 'POST', 'create', 'kms.decrypt'],
      resourceTypes: ['cloud_vpc', 'dns_zone', 'kms_key'],
      userIdentities: ['usr-1', 'usr-2'],
      serviceAccounts: ['sa-1'],
      impersonatorIdentities: ['usr-9'],
      earliest: '2026-06-01T00:00:00.000000Z',
      latest: '2026-06-03T23:59:59.999999Z',
      truncated: [],
    });
  });

  for (const [query, message] of [
    ['page=0', 'page must be a whole number from 1'],
    ['limit=1.5', 'limit must be a whole number from 1'],
    ['order=up', 'order must be asc or desc'],
    ['responseStatus=ok', 'responseStatus must be a whole number from 0'],
    ['includeSystemServices=maybe', 'includeSystemServices must be true or false'],
    ['from=yesterday', /^from is not an RFC 3339 time such as [^ ]*, nor a date$/],
    ['from=2026-01-01T00:00:00', /^from has no zone: end it with Z or an offset such as \+02:00$/],
    ['to=2026-02-30T00:00:00Z', 'to is not a time of the calendar'],
    ['fromSequence=-1', 'fromSequence must be a whole number from 0'],
  ] as const) {
    it(`rejects ${query}`, async () => {
      const { app, key } = await open();
      const error = await app.json<{ message: string }>('GET', `/v1/audit?${query}`, { key }, 400);
      const actual = error.message.replace('Cannot list: the parameter ', '');
      if (typeof message === 'string') assert.equal(actual, message);
      else assert.match(actual, message);
    });
  }
});

describe('a walk while others record', () => {
  const draft = (n: number): Draft => ({
    eventID: `evt-${n}`,
    action: 'a',
    createdAt: `2026-06-01T00:00:0${n % 7}Z`,
  });

  for (const order of ['asc', 'desc']) {
    it(`by cursor neither repeats nor misses an event (${order})`, async () => {
      const { app, organisation, key } = await open();
      await app.ledger.record(
        organisation.identity,
        Array.from({ length: 40 }, (_, n) => draft(n)),
      );
      const seen: string[] = [];
      let next: string | undefined = '';
      for (let n = 40; next !== undefined; n += 1) {
        const page: List = await app.json(
          'GET',
          `/v1/audit?limit=7&order=${order}&cursor=${next}`,
          { key },
        );
        seen.push(...page.items.map(({ eventID }) => eventID));
        next = page.nextCursor;
        await app.ledger.record(organisation.identity, [draft(n)]);
      }
      assert.equal(seen.length, 40);
      assert.equal(new Set(seen).size, 40);
    });
  }

  it('by the Link header does the same', async () => {
    const { app, organisation, key } = await open();
    await app.ledger.record(
      organisation.identity,
      Array.from({ length: 10 }, (_, n) => draft(n)),
    );
    let path: string | undefined = '/v1/audit?limit=3&action=a';
    const seen: string[] = [];
    while (path !== undefined) {
      const response = await app.request('GET', path, { key });
      const { items } = (await response.json()) as List;
      seen.push(...items.map(({ eventID }) => eventID));
      path = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
      await app.ledger.record(organisation.identity, [draft(10 + seen.length)]);
    }
    assert.equal(new Set(seen).size, 10);
    assert.equal(seen.length, 10);
  });

  it('by page does not shift with the snapshot it was given', async () => {
    const { app, organisation, key } = await open();
    await app.ledger.record(
      organisation.identity,
      Array.from({ length: 10 }, (_, n) => draft(n)),
    );
    const first = await app.request('GET', '/v1/audit?limit=4', { key });
    const snapshot = first.headers.get('annals-snapshot');
    const seen = ((await first.json()) as List).items.map(({ eventID }) => eventID);
    for (const page of [2, 3]) {
      await app.ledger.record(organisation.identity, [draft(20 + page)]);
      const list = await app.json<List>(
        'GET',
        `/v1/audit?limit=4&page=${page}&snapshot=${snapshot}`,
        { key },
      );
      assert.equal(list.totalItems, 10);
      seen.push(...list.items.map(({ eventID }) => eventID));
    }
    assert.equal(new Set(seen).size, 10);
  });

  it('by sequence sees an event of an earlier time', async () => {
    const { app, organisation, key } = await open();
    await app.ledger.record(organisation.identity, [draft(5)]);
    const first = await app.json<List & { nextSequence: number }>(
      'GET',
      '/v1/audit?fromSequence=0',
      { key },
    );
    await app.ledger.record(organisation.identity, [
      { ...draft(1), createdAt: '2001-01-01T00:00:00Z' },
    ]);
    const second = await app.json<List>('GET', `/v1/audit?fromSequence=${first.nextSequence}`, {
      key,
    });
    assert.equal(ids(second), 'evt-1');
  });
});

describe('GET /v1/audit/export', () => {
  async function filled(count: number) {
    const opened = await open();
    const drafts = Array.from({ length: count }, (_, n) => ({
      eventID: `evt-${n}`,
      action: n % 2 === 0 ? '=cmd()' : 'GET',
      createdAt: `2026-06-01T00:${String(59 - (n % 60)).padStart(2, '0')}:00Z`,
      description: `line one\nline "two", ${n}`,
    }));
    for (let from = 0; from < count; from += 500) {
      await opened.app.ledger.record(opened.organisation.identity, drafts.slice(from, from + 500));
    }
    return opened;
  }

  it('streams every event once, oldest first, in each format', async () => {
    const { app, key } = await filled(2_500);
    const text = async (format: string) => {
      const response = await app.request('GET', `/v1/audit/export?format=${format}`, { key });
      assert.equal(response.status, 200);
      return response.text();
    };
    const array = JSON.parse(await text('json')) as AuditEvent[];
    const lines = (await text('ndjson'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const rows: string[][] = [];
    for await (const row of parseCsv([await text('csv')])) rows.push(row.map(unguardFormula));
    assert.equal(array.length, 2_500);
    assert.deepEqual(lines, array);
    const events = rows.slice(1).map((row) => JSON.parse(row.at(-1)!));
    assert.deepEqual(events, array);
    assert.equal(new Set(rows.map((row) => row.length)).size, 1);
    const order = array.map(
      ({ createdAt, sequence }) => `${createdAt} ${String(sequence).padStart(6, '0')}`,
    );
    assert.deepEqual(order, order.toSorted());
  });

  it('keeps cells of a CSV from being taken for formulas', async () => {
    const { app, key } = await filled(1);
    const csv = await (await app.request('GET', '/v1/audit/export?format=csv', { key })).text();
    assert.match(csv, /,'=cmd\(\),/);
  });

  it('goes on after a position, on the snapshot it was given', async () => {
    const { app, organisation, key } = await filled(20);
    const whole = await app.request('GET', '/v1/audit/export?format=ndjson', { key });
    const snapshot = whole.headers.get('annals-snapshot');
    const lines = (await whole.text()).trimEnd().split('\n');
    await app.ledger.record(organisation.identity, [
      { action: 'late', createdAt: '2026-06-01T00:45:00Z' },
    ]);
    const { createdAt, sequence } = JSON.parse(lines[4]!) as AuditEvent;
    const after = encodeURIComponent(`${createdAt}/${sequence}`);
    const rest = await app.request(
      'GET',
      `/v1/audit/export?format=ndjson&after=${after}&snapshot=${snapshot}`,
      { key },
    );
    assert.deepEqual((await rest.text()).trimEnd().split('\n'), lines.slice(5));
  });

  it('is whole and valid when nothing matches', async () => {
    const { app, key } = await filled(3);
    const none = (format: string) =>
      app
        .request('GET', `/v1/audit/export?format=${format}&action=nothing`, { key })
        .then((response) => response.text());
    assert.deepEqual(JSON.parse(await none('json')), []);
    assert.equal(await none('ndjson'), '');
    assert.equal((await none('csv')).trimEnd().split('\r\n').length, 1);
  });

  it('rejects a format that it does not write, before the first byte', async () => {
    const { app, key } = await filled(1);
    assert.equal((await app.request('GET', '/v1/audit/export?format=xml', { key })).status, 400);
  });
});

describe('operations', () => {
  it('need no key', async () => {
    const app = new TestApp();
    assert.deepEqual(await app.json('GET', '/healthz'), { status: 'ok' });
    assert.deepEqual(await app.json('GET', '/readyz'), { status: 'ready' });
    assert.match(
      await (await app.request('GET', '/metrics')).text(),
      /^annals_http_requests_total/m,
    );
  });

  it('finds routes by the fast router, which some pairs of paths make impossible', async () => {
    const app = new TestApp();
    await app.request('GET', '/healthz');
    assert.equal(app.hono.router.name, 'SmartRouter + RegExpRouter');
  });

  it('have the shape of each dialect for its unknown paths', async () => {
    const app = new TestApp();
    const problem = await app.json<object>('GET', '/1.3/server', {}, 404);
    assert.deepEqual(Object.keys(problem).slice(0, 3), ['type', 'title', 'status']);
    assert.deepEqual(await app.json('GET', '/api/v1/clusters', {}, 404), {
      code: 5,
      message: 'Not Found',
      details: [],
    });
    assert.deepEqual(await app.json('GET', '/v1/me/nothing', {}, 404), {
      message: 'There is no /v1/me/nothing',
    });
  });

  it('tell Thalassa’s tool the organisation of a key', async () => {
    const app = new TestApp();
    const organisation = await app.organisation('acme');
    const key = await app.key('org-auditor', organisation);
    const createdAt = formatInstant(organisation.createdAt);
    const [membership, ...others] = await app.json<{ identity: string }[]>(
      'GET',
      '/v1/me/organisation-memberships',
      { key },
    );
    assert.deepEqual(
      [membership, others],
      [
        {
          identity: key.split('_')[1],
          createdAt,
          role: 'MEMBER',
          organisation: {
            identity: organisation.identity,
            name: 'acme',
            slug: 'acme',
            createdAt,
            objectVersion: 1,
          },
        },
        [],
      ],
    );
  });

  it('have the native shape also for an unknown path', async () => {
    const app = new TestApp();
    assert.deepEqual(await app.json('GET', '/v1/nothing', {}, 404), {
      message: 'There is no /v1/nothing',
    });
    assert.deepEqual(await app.json('GET', '/v1/audit/a/b', {}, 404), {
      message: 'There is no /v1/audit/a/b',
    });
  });
});
