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
const descriptions = ['Deleted VPC', 'deleted vpc Ünïcode', 'ÜNÏCODE', '100%_done'];
const statuses = [200, 403];
const traces = ['trace-1', 'a,b'];
const outcomes = ['success', 'failure'] as const;

const draft = fc
  .record({
    createdAt: instant,
    action: fc.constantFrom(...actions),
    resourceType: maybe(fc.constantFrom(...types)),
    userIdentity: maybe(fc.constantFrom(...people)),
    description: maybe(fc.constantFrom(...descriptions)),
    status: maybe(fc.constantFrom(...statuses)),
    outcome: maybe(fc.constantFrom(...outcomes)),
    traceId: maybe(fc.constantFrom(...traces)),
    system: fc.boolean(),
  })
  .map(
    ({ status, system, ...draft }): Draft =>
      JSON.parse(
        JSON.stringify({
          ...draft,
          context: { status, ...(system && { system_service: 'billing' }) },
        }),
      ),
  );

const someOf = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });

/** Filters that take several values. */
const filters = {
  action: someOf(actions),
  resourceType: someOf(types),
  userIdentity: someOf(people),
  responseStatus: someOf(statuses.map(String)),
  outcome: someOf(outcomes),
  traceId: someOf(traces),
};
type FilterName = keyof typeof filters;
type Negated<T> = { [Name in keyof T as `-${string & Name}`]: T[Name] };
const negatedFilters = Object.fromEntries(
  Object.entries(filters).map(([name, values]) => [`-${name}`, values]),
) as Negated<typeof filters>;
const someText = fc.constantFrom('vpc', 'ünï', '%_', 'nothing');

const anyQuery = fc.record(
  {
    from: instant,
    to: instant,
    searchText: someText,
    '-searchText': fc.array(someText, { maxLength: 2 }),
    includeSystemServices: fc.constant('true'),
    ...filters,
    ...negatedFilters,
  },
  { requiredKeys: [] },
);

type Query = typeof anyQuery extends fc.Arbitrary<infer T> ? T : never;

const heldValue: Record<FilterName, (event: AuditEvent) => string | undefined> = {
  action: ({ action }) => action.toLowerCase(),
  resourceType: ({ resourceType }) => resourceType,
  userIdentity: ({ userIdentity }) => userIdentity,
  responseStatus: ({ context }) => context?.status?.toString(),
  outcome: ({ outcome }) => outcome,
  traceId: ({ traceId }) => traceId,
};

/** The rule in its plainest form, independent of the program. */
function belongs(query: Query, event: AuditEvent): boolean {
  const hasOneOf = (name: FilterName, given: readonly string[]) => {
    const values = name === 'action' ? given.map((value) => value.toLowerCase()) : given;
    const value = heldValue[name](event);
    return (
      value !== undefined &&
      (values.includes(value) ||
        (name === 'action' && values.includes('create') && value === 'post'))
    );
  };
  const isDescribedBy = (text: string) => (event.description ?? '').toLowerCase().includes(text);
  return (
    (query.from === undefined || event.createdAt >= query.from) &&
    (query.to === undefined || event.createdAt < query.to) &&
    (query.searchText === undefined || isDescribedBy(query.searchText)) &&
    !query['-searchText']?.some(isDescribedBy) &&
    (query.includeSystemServices === 'true' || event.context?.system_service === undefined) &&
    (Object.keys(filters) as FilterName[]).every((name) => {
      const [values, excluded] = [query[name], query[`-${name}`]];
      return (
        (values === undefined || hasOneOf(name, values)) &&
        (excluded === undefined || !hasOneOf(name, excluded))
      );
    })
  );
}

function parametersOf(query: Query): URLSearchParams {
  const texts = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((text) => [name, text]),
  );
  return new URLSearchParams(texts);
}

describe('for any events and any query', () => {
  it('list, export and a plain filter agree', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(draft, { maxLength: 40 }),
        fc.array(anyQuery, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 7 }),
        async (drafts, queries, limit) => {
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
          for (const query of queries) {
            const parameters = parametersOf(query);
            const expected = all
              .filter(
                (event) => belongs(query, event) && event.context?.system_service !== 'annals',
              )
              .map(({ sequence }) => sequence);
            const sequences = (events: readonly AuditEvent[]) =>
              events
                .filter(({ context }) => context?.system_service !== 'annals')
                .map(({ sequence }) => sequence);

            const exported = await app.json<AuditEvent[]>('GET', `/v1/audit/export?${parameters}`, {
              key,
            });
            assert.deepEqual(sequences(exported), expected);

            const walked: AuditEvent[] = [];
            let cursor: string | undefined = '';
            while (cursor !== undefined) {
              const path: string = `/v1/audit?${parameters}&limit=${limit}&cursor=${cursor}`;
              const page: { items: AuditEvent[]; nextCursor?: string } = await app.json(
                'GET',
                path,
                { key },
              );
              walked.push(...page.items);
              cursor = page.nextCursor;
            }
            assert.deepEqual(sequences(walked).reverse(), expected);
          }
        },
      ),
      { numRuns: Number(process.env.ANNALS_PROPERTY_RUNS ?? 60) },
    );
  });
});
