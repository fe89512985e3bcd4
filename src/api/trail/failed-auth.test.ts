import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { AuditEvent, Draft } from '../../core/event.ts';
import { TestApp } from '../app.fixture.ts';
import { appOf } from '../route.ts';
import { thalassaTrailRoutes } from './routes.ts';

interface Groups {
  readonly snapshot: number;
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly distinct: number;
  readonly groups: readonly {
    readonly value?: string;
    readonly count: number;
    readonly events: number;
    readonly first: string;
    readonly last: string;
    readonly succeededAt?: string;
  }[];
}

interface Page {
  readonly items: readonly AuditEvent[];
  readonly totalItems: number;
}

const at = (time: string) => `2026-06-01T${time}.000000Z`;

const drafts: readonly Draft[] = [
  login('usr-noor', '10:00:00', 'failure', '203.0.113.9'),
  login('usr-noor', '10:00:01', 'failure', '203.0.113.9'),
  login('usr-noor', '10:00:30', 'success', '203.0.113.9'),
  login('usr-lee', '10:05:00', 'failure', '203.0.113.9'),
  login('usr-lee', '10:05:10', 'failure', '203.0.113.10'),
  login('usr-lee', '10:05:20', 'failure', '203.0.113.10'),
  { action: 'GET', createdAt: at('10:06:00'), context: { status: 401, client_ip: '203.0.113.11' } },
  { action: 'GET', createdAt: at('10:06:01'), context: { status: 403 } },
  { action: 'kms.decrypt', createdAt: at('10:07:00'), outcome: 'failure' },
  {
    action: 'auth.login',
    createdAt: at('10:08:00'),
    outcome: 'failure',
    userIdentity: 'usr-job',
    context: { system_service: 'scheduler' },
  },
];

function login(
  userIdentity: string,
  time: string,
  outcome: 'success' | 'failure',
  address: string,
): Draft {
  return {
    action: 'user.login',
    userIdentity,
    createdAt: at(time),
    outcome,
    context: { client_ip: address, user_agent: 'curl' },
    ...(outcome === 'failure' && { error: 'wrong password' }),
  };
}

describe('failed authentications', () => {
  const app = new TestApp({
    dialects: [
      {
        paths: [],
        prefixes: ['/thalassa'],
        server: (dependencies) => appOf(thalassaTrailRoutes(dependencies)),
      },
    ],
  });
  let key = '';
  let writer = '';

  before(async () => {
    const organisation = await app.organisation('acme');
    key = await app.key('org-auditor', organisation);
    writer = await app.key('writer', organisation);
    await app.ledger.record(organisation.identity, drafts);
  });

  const list = (query = '') => app.json<Page>('GET', `/v1/audit/failed-auth?${query}`, { key });
  const groups = (query: string) =>
    app.json<Groups>('GET', `/v1/audit/failed-auth/groups?from=2026-06-01&to=2026-06-01&${query}`, {
      key,
    });
  const shown = ({ groups: list }: Groups) =>
    list.map(({ value, count, events, first, last, succeededAt }) =>
      [value, count, events, ...[first, last, succeededAt].map((text) => text?.slice(11, 19))].join(
        ' ',
      ),
    );

  it('are listed in the envelope of a list, by kind of action and by status, newest first', async () => {
    const { items, totalItems } = await list();
    assert.equal(totalItems, 7);
    assert.deepEqual(
      items.map(({ createdAt }) => createdAt.slice(11, 19)),
      ['10:08:00', '10:06:00', '10:05:20', '10:05:10', '10:05:00', '10:00:01', '10:00:00'],
    );
  });

  it('take the parameters of a list', async () => {
    assert.equal((await list('userIdentity=usr-lee&limit=1')).totalItems, 3);
    assert.equal((await list('-userIdentity=usr-lee')).totalItems, 4);
    assert.equal((await list(`from=${at('10:05:00')}&to=${at('10:05:15')}`)).totalItems, 2);
    assert.equal((await list('action=GET')).totalItems, 1);
    assert.equal((await list('outcome=success')).totalItems, 0);
    const first = await app.request('GET', '/v1/audit/failed-auth?cursor=&limit=4', { key });
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('Link') ?? '') ?? [];
    assert.equal((await app.json<Page>('GET', next, { key })).items.length, 3);
    const refused = await app.request('GET', '/v1/audit/failed-auth?user=x', { key });
    assert.equal(refused.status, 400);
  });

  it('are counted by who, with a success that followed and mistakes made twice', async () => {
    const found = await groups('groupBy=actor');
    assert.deepEqual(shown(found), [
      'usr-lee 3 3 10:05:00 10:05:20 ',
      ' 1 1 10:06:00 10:06:00 ',
      'usr-job 1 1 10:08:00 10:08:00 ',
      'usr-noor 1 2 10:00:00 10:00:01 10:00:30',
    ]);
    assert.deepEqual([found.total, found.distinct], [6, 4]);
    assert.deepEqual([found.from, found.to], [at('00:00:00'), '2026-06-02T00:00:00.000000Z']);
  });

  it('are counted by address, agent and reason', async () => {
    assert.deepEqual(shown(await groups('groupBy=address')), [
      '203.0.113.10 2 2 10:05:10 10:05:20 ',
      '203.0.113.9 2 3 10:00:00 10:05:00 10:00:30',
      ' 1 1 10:08:00 10:08:00 ',
      '203.0.113.11 1 1 10:06:00 10:06:00 ',
    ]);
    assert.deepEqual(shown(await groups('groupBy=reason&limit=1')), [
      'wrong password 4 5 10:00:00 10:05:20 ',
    ]);
    assert.equal((await groups('groupBy=agent')).groups[0]?.value, 'curl');
    for (const query of ['', 'groupBy=colour']) {
      const response = await app.request('GET', `/v1/audit/failed-auth/groups?${query}`, { key });
      assert.equal(response.status, 400, query);
    }
  });

  it('include those at Annals itself, which a summary counts', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const wrong = `${writer.slice(0, -4)}AAAA`;
      assert.equal((await app.request('GET', '/v1/audit', { key: wrong })).status, 401);
    }
    await app.ownRecords.flush();
    const query = '/v1/audit/failed-auth/groups?groupBy=actor';
    const { groups: found } = await app.json<Groups>('GET', query, { key });
    const id = writer.split('_')[1];
    assert.deepEqual(
      found.map(({ value, count }) => [value, count]),
      [[id, 5]],
    );
    // In Thalassa's own view too, where no other record of Annals is shown.
    const { items } = await app.json<Page>('GET', '/thalassa/v1/audit/failed-auth?userIdentity=', {
      key,
    });
    assert.ok(items.some(({ action }) => action === 'auth.failed'));
    const all = await app.json<Page>('GET', '/thalassa/v1/audit?includeSystemServices=1', { key });
    assert.ok(!all.items.some(({ action }) => action.startsWith('auth.failed')));
  });

  it('are for those who may read the trail, and only of their own organisation', async () => {
    assert.equal((await app.request('GET', '/v1/audit/failed-auth', { key: writer })).status, 403);
    const other = await app.key('org-auditor', await app.organisation('globex'));
    const found = await app.json<Page>('GET', '/v1/audit/failed-auth', { key: other });
    assert.equal(found.totalItems, 0);
  });
});
