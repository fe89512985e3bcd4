import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Draft } from '../../core/event.ts';
import { TestApp } from '../app.fixture.ts';

interface Facets {
  readonly snapshot: number;
  readonly total: number;
  readonly facets: readonly {
    readonly name: string;
    readonly values: readonly { readonly value: string; readonly count: number }[];
    readonly distinct?: number;
    readonly absent: number;
  }[];
}

describe('GET /v1/audit/facets', () => {
  const app = new TestApp();
  let key = '';
  let identity = '';

  before(async () => {
    const organisation = await app.organisation('acme');
    identity = organisation.identity;
    key = await app.key('org-auditor', organisation);
    const drafts: readonly Draft[] = [
      { action: 'GET', userIdentity: 'usr-1', outcome: 'success', context: { status: 200 } },
      { action: 'GET', userIdentity: 'usr-2', outcome: 'success', context: { status: 200 } },
      { action: 'DELETE', userIdentity: 'usr-2', outcome: 'failure', context: { status: 403 } },
      { action: 'kms.decrypt', serviceAccountIdentity: 'sa-1' },
      { action: 'backup', context: { system_service: 'backup', client_ip: '203.0.113.4' } },
    ];
    await app.ledger.record(identity, drafts);
  });

  const facets = (query: string) => app.json<Facets>('GET', `/v1/audit/facets?${query}`, { key });
  /** `GET 2, DELETE 1; 2 of 3, 1 without` */
  const shown = ({ facets }: Facets) =>
    facets.map(({ name, values, distinct, absent }) => {
      const counts = values.map(({ value, count }) => `${value} ${count}`).join(', ');
      return `${name}: ${counts}; ${distinct} different, ${absent} without`;
    });

  it('counts the values of the usual filters', async () => {
    const found = await facets('');
    assert.equal(found.total, 4);
    assert.deepEqual(shown(found), [
      'action: GET 2, DELETE 1, kms.decrypt 1; 3 different, 0 without',
      'outcome: success 2, failure 1; 2 different, 1 without',
      'resourceType: ; 0 different, 4 without',
      'userIdentity: usr-2 2, usr-1 1; 2 different, 1 without',
      'serviceAccount: sa-1 1; 1 different, 3 without',
      'clientIp: ; 0 different, 4 without',
      'responseStatus: 200 2, 403 1; 2 different, 1 without',
    ]);
  });

  for (const [query, total, expected] of [
    [
      'facet=userIdentity&action=GET',
      2,
      ['userIdentity: usr-1 1, usr-2 1; 2 different, 0 without'],
    ],
    ['facet=action&limit=1', 4, ['action: GET 2; 3 different, 0 without']],
    [
      'facet=responseStatus,action&facet=action&userIdentity=usr-2&snapshot=2',
      1,
      ['responseStatus: 200 1; 1 different, 0 without', 'action: GET 1; 1 different, 0 without'],
    ],
    [
      'facet=action&search=e',
      4,
      ['action: GET 2, DELETE 1, kms.decrypt 1; 3 different, 0 without'],
    ],
    ['facet=action&search=dec', 4, ['action: kms.decrypt 1; 1 different, 0 without']],
    [
      'facet=clientIp&includeSystemServices=true&action=backup',
      1,
      ['clientIp: 203.0.113.4 1; 1 different, 0 without'],
    ],
    ['facet=action&organizationIdentity=other', 0, ['action: ; 0 different, 0 without']],
  ] as const) {
    it(`finds ${expected.join(' and ')} for ?${query}`, async () => {
      const found = await facets(query);
      assert.equal(found.total, total);
      assert.deepEqual(shown(found), expected);
    });
  }

  for (const query of ['facet=nothing', 'limit=0', 'limit=1001', 'facets=action']) {
    it(`refuses ?${query}`, async () => {
      const { status } = await app.request('GET', `/v1/audit/facets?${query}`, { key });
      assert.equal(status, 400);
    });
  }

  it('says from which sequence on the log has events, when some were dropped', async () => {
    await app.store.drop([{ organisation: identity, from: 0, to: 1 }]);
    const { headers } = await app.request('GET', '/v1/audit/facets', { key });
    assert.equal(headers.get('annals-kept-from'), '1');
  });
});
