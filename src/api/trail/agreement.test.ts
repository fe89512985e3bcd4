import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AuditEvent, Draft } from '../../core/event.ts';
import { formatInstant, parseInstant, second } from '../../core/micros.ts';
import { TestApp } from '../app.fixture.ts';

const epoch = parseInstant('2026-06-01T00:00:00Z') as number;
const instant = fc.integer({ min: 0, max: 12 }).map((n) => formatInstant(epoch + n * second));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const actions = ['GET', 'get', 'POST', 'create', 'kms.decrypt'];
const types = ['cloud_vpc', 'kms_key'];
const people = ['usr-1', 'usr-2'];
const words = ['Deleted VPC', 'deleted vpc Ünïcode', 'ÜNÏCODE', '100%_done'];
const statuses = [200, 403];

const draft = fc
  .record({
    createdAt: instant,
    action: fc.constantFrom(...actions),
    resourceType: maybe(fc.constantFrom(...types)),
    userIdentity: maybe(fc.constantFrom(...people)),
    description: maybe(fc.constantFrom(...words)),
    status: maybe(fc.constantFrom(...statuses)),
    system: fc.boolean(),
  })
  .map(
    ({ status, system, resourceType, userIdentity, description, ...draft }): Draft => ({
      ...draft,
      ...(resourceType !== undefined && { resourceType }),
      ...(userIdentity !== undefined && { userIdentity }),
      ...(description !== undefined && { description }),
      context: {
        ...(status !== undefined && { status }),
        ...(system && { system_service: 'billing' }),
      },
    }),
  );

const question = fc.record(
  {
    from: instant,
    to: instant,
    action: fc.subarray(actions, { minLength: 1 }).map((list) => list.join(',')),
    resourceType: fc.subarray(types, { minLength: 1 }).map((list) => list.join(',')),
    userIdentity: fc.constantFrom(...people),
    searchText: fc.constantFrom('vpc', 'ünï', '%_', 'nothing'),
    responseStatus: fc.constantFrom(...statuses.map(String)),
    includeSystemServices: fc.constant('true'),
  },
  { requiredKeys: [] },
);

type Question = Partial<Record<string, string>>;

/** The rule in the plainest words, written apart from the program's own. */
function belongs(asked: Question, event: AuditEvent): boolean {
  const wanted = (asked.action ?? '').toLowerCase().split(',');
  const action = event.action.toLowerCase();
  return (
    (asked.from === undefined || event.createdAt >= asked.from) &&
    (asked.to === undefined || event.createdAt < asked.to) &&
    (asked.action === undefined ||
      wanted.includes(action) ||
      (wanted.includes('create') && action === 'post')) &&
    (asked.resourceType === undefined ||
      asked.resourceType.split(',').includes(event.resourceType ?? '?')) &&
    (asked.userIdentity === undefined || event.userIdentity === asked.userIdentity) &&
    (asked.searchText === undefined ||
      (event.description ?? '').toLowerCase().includes(asked.searchText)) &&
    (asked.responseStatus === undefined ||
      String(event.context?.status) === asked.responseStatus) &&
    (asked.includeSystemServices === 'true' || event.context?.system_service === undefined)
  );
}

describe('for any events and any question', () => {
  it('list, export and a plain filter agree', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(draft, { maxLength: 40 }),
        fc.array(question, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 7 }),
        async (drafts, questions, limit) => {
          const app = new TestApp();
          const organisation = await app.organisation();
          const key = await app.key('org-auditor', organisation);
          if (drafts.length > 0) await app.ledger.record(organisation.identity, drafts);
          const all = await app.json<AuditEvent[]>(
            'GET',
            '/v1/audit/export?includeSystemServices=true',
            { key },
          );
          assert.equal(
            all.filter(({ context }) => context?.system_service !== 'annals').length,
            drafts.length,
          );
          for (const asked of questions as Question[]) {
            const query = new URLSearchParams(asked as Record<string, string>);
            const expected = all
              .filter(
                (event) => belongs(asked, event) && event.context?.system_service !== 'annals',
              )
              .map(({ sequence }) => sequence);
            const places = (events: readonly AuditEvent[]) =>
              events
                .filter(({ context }) => context?.system_service !== 'annals')
                .map(({ sequence }) => sequence);

            const exported = await app.json<AuditEvent[]>('GET', `/v1/audit/export?${query}`, {
              key,
            });
            assert.deepEqual(places(exported), expected);

            const walked: AuditEvent[] = [];
            let cursor: string | undefined = '';
            while (cursor !== undefined) {
              const path: string = `/v1/audit?${query}&limit=${limit}&cursor=${cursor}`;
              const page: { items: AuditEvent[]; nextCursor?: string } = await app.json(
                'GET',
                path,
                { key },
              );
              walked.push(...page.items);
              cursor = page.nextCursor;
            }
            assert.deepEqual(places(walked).reverse(), expected);
          }
        },
      ),
      { numRuns: Number(process.env.ANNALS_PROPERTY_RUNS ?? 60) },
    );
  });
});
