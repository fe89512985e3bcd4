import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Draft } from '../../core/event.ts';
import { TestApp } from '../app.fixture.ts';

interface Response {
  readonly snapshot: number;
  readonly from?: string;
  readonly to?: string;
  readonly bucketSeconds: number;
  readonly total: number;
  readonly buckets: readonly {
    readonly from: string;
    readonly success: number;
    readonly failure: number;
    readonly unknown: number;
  }[];
}

describe('GET /v1/audit/histogram', () => {
  const app = new TestApp();
  let key = '';
  let identity = '';

  before(async () => {
    const organisation = await app.organisation('acme');
    identity = organisation.identity;
    key = await app.key('org-auditor', organisation);
    const event = (createdAt: string, rest: Partial<Draft> = {}): Draft => ({
      action: 'GET',
      createdAt,
      ...rest,
    });
    await app.ledger.record(identity, [
      event('2026-06-01T10:20:00Z', { outcome: 'success' }),
      event('2026-06-01T12:00:00Z', { outcome: 'failure', action: 'DELETE' }),
      event('2026-06-01T12:59:59.999999Z', { outcome: 'success' }),
      event('2026-06-01T14:30:00Z'),
      event('2026-06-01T14:45:00Z', { context: { system_service: 'billing' } }),
    ]);
  });

  const histogram = (query: string) =>
    app.json<Response>('GET', `/v1/audit/histogram?${query}`, { key });
  /** The hours and the counts of the buckets that have events. */
  const filled = ({ buckets }: Response) =>
    buckets
      .filter(({ success, failure, unknown }) => success + failure + unknown > 0)
      .map(
        ({ from, success, failure, unknown }) =>
          `${from.slice(11, 16)} ${success}/${failure}/${unknown}`,
      );

  it('counts events by time and outcome, in round buckets from the first event to the last', async () => {
    const found = await histogram('buckets=10');
    assert.equal(found.from, '2026-06-01T10:20:00.000000Z');
    assert.equal(found.to, '2026-06-01T14:30:00.000001Z');
    assert.equal(found.bucketSeconds, 1_800);
    assert.equal(found.buckets[0]?.from, '2026-06-01T10:00:00.000000Z');
    assert.equal(found.buckets.length, 10);
    assert.equal(found.total, 4);
    assert.deepEqual(filled(found), ['10:00 1/0/0', '12:00 0/1/0', '12:30 1/0/0', '14:30 0/0/1']);
  });

  for (const [query, total, expected] of [
    ['action=DELETE', 1, ['12:00 0/1/0']],
    ['from=2026-06-01T12:00:00Z&to=2026-06-01T14:00:00Z&buckets=2', 2, ['12:00 1/1/0']],
    ['from=2026-06-01T12:30:00Z&to=2026-06-01T14:00:00Z&buckets=2', 1, ['12:00 1/0/0']],
    ['to=2026-06-01T12:00:00Z&buckets=1', 1, ['09:00 1/0/0']],
    [
      'from=2026-06-01T12:00:01Z&includeSystemServices=true&to=2026-06-02T00:00:00Z&buckets=1',
      3,
      ['12:00 1/0/2'],
    ],
    [
      'from=2026-06-01&to=2026-06-01&buckets=5&offsetMinutes=-60',
      4,
      ['07:00 2/1/0', '13:00 0/0/1'],
    ],
    ['from=2026-06-01&to=2026-06-01&snapshot=2&buckets=24', 2, ['10:00 1/0/0', '12:00 0/1/0']],
  ] as const) {
    it(`finds ${total} for ?${query}`, async () => {
      const found = await histogram(query);
      assert.equal(found.total, total);
      assert.deepEqual(filled(found), expected);
    });
  }

  it('has buckets without events for a time without events', async () => {
    for (const filter of ['', '&organizationIdentity=other', '&action=nothing']) {
      const found = await histogram(`from=2026-07-01&to=2026-07-02${filter}&buckets=2`);
      assert.deepEqual([found.total, found.buckets.length, filled(found)], [0, 2, []]);
      assert.equal(found.bucketSeconds, 86_400);
    }
  });

  it('has no bucket when nothing matches and no time is given', async () => {
    const { snapshot, ...found } = await histogram('action=nothing');
    assert.equal(snapshot, (await app.store.head(identity)).size);
    assert.deepEqual(found, { bucketSeconds: 1, total: 0, buckets: [] });
    const backwards = await histogram('from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z');
    assert.deepEqual(backwards.buckets, []);
  });

  for (const query of ['buckets=0', 'buckets=201', 'buckets=x', 'offsetMinutes=1441', 'limit=1']) {
    it(`refuses ?${query}`, async () => {
      const { status } = await app.request('GET', `/v1/audit/histogram?${query}`, { key });
      assert.equal(status, 400);
    });
  }

  it('says from which sequence on the log has events, when some of that time were dropped', async () => {
    await app.store.drop([{ organisation: identity, from: 0, to: 1 }]);
    const keptFrom = async (query: string) => {
      const { headers } = await app.request('GET', `/v1/audit/histogram?${query}`, { key });
      return headers.get('annals-kept-from');
    };
    assert.equal(await keptFrom(''), '1');
    assert.equal(await keptFrom('to=2026-06-01T10:30:00Z'), '1');
    assert.equal(await keptFrom('from=2026-06-01T12:00:00Z'), null);
  });
});
