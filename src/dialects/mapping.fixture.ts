import fc from 'fast-check';
import { type AuditEvent, type Draft, draftSchema } from '../core/event.ts';
import type { Micros } from '../core/micros.ts';
import { personalPaths } from '../integrity/personal.ts';
import { Sequencer } from '../ledger/sequencing.ts';
import { EventColumns } from '../store/event-columns.ts';

/** For the tests of mappings: drafts of every kind, recorded as the ledger records them. */

const organisation = 'org-a';
const recordedAt: Micros = Date.parse('2026-06-20T09:00:00Z') * 1_000 + 7;

const sealing = new Sequencer({
  clock: () => recordedAt,
  random: (bytes) => bytes.fill(7),
  personalPaths: () => personalPaths(),
});

/** The event this draft becomes. */
export function recordDraft(draft: Draft, sequence = 41): AuditEvent {
  const events = new EventColumns();
  sealing.sequence(sealing.prepare(organisation, draft), sequence, recordedAt, events);
  return JSON.parse(events.event(0).body) as AuditEvent;
}

/** Every text and number in an event, with its path, except what the log itself adds. */
export function* factsOf(event: AuditEvent): Generator<[path: string, fact: string | number]> {
  const { sequence, recordedAt, organizationIdentity, ...sent } = event;
  yield* leaves('', sent);
}

function* leaves(path: string, value: unknown): Generator<[string, string | number]> {
  if (typeof value === 'string' || typeof value === 'number') yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* leaves(path === '' ? key : `${path}.${key}`, inner);
  }
}

/** Run counts of property tests; the environment may set more. */
export const propertyRuns = Number(process.env.ANNALS_TEST_RUNS ?? 300);

/** What JSON can say, as it comes from a parser. */
const fromJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '__proto__', 'native', 'null', '=1+1', "'"),
);

export const anyJson = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }).map(fromJson);

export const anyObject = fc
  .dictionary(anyText, anyJson, { maxKeys: 4, noNullPrototype: true })
  .map(fromJson);

/** Instants a log can hold, spelt with any number of digits and any zone. */
export const anyInstant = fc
  .tuple(
    fc.date({ min: new Date('1970-01-01'), max: new Date('2026-06-20'), noInvalidDate: true }),
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 9 }),
    fc.constantFrom('Z', 'z', '+00:00', '+05:45', '-11:30'),
  )
  .map(([date, fraction, zone]) => {
    const whole = date.toISOString().slice(0, 19);
    return `${whole}${fraction === '' ? '' : `.${fraction}`}${zone}`;
  });

const name = anyText.filter((value) => draftSchema.shape.traceId.safeParse(value).success);

const anyCase = (names: readonly string[]) =>
  fc
    .constantFrom(...names)
    .chain((name) => fc.constantFrom(name, name.toUpperCase(), name.replace('s', 'ſ')));

/** Members that typed clients know, with values of the right type and of others. */
const typedMembers = (names: readonly string[], inner: fc.Arbitrary<unknown>) =>
  fc.dictionary(
    fc.oneof({ weight: 3, arbitrary: anyCase(names) }, anyText),
    fc.oneof(
      anyInstant,
      fc.constantFrom(
        'yesterday',
        '',
        null,
        1.5,
        1e20,
        7,
        '2026-06-20 08:14:03Z',
        '2026-02-30T00:00:00Z',
      ),
      fc.constantFrom<unknown>({ team: 'a', n: 1 }, ['a'], [1], [{ name: 1 }], [{ name: 'x' }]),
      anyJson,
      inner,
    ),
    { maxKeys: 4, noNullPrototype: true },
  );

const objectMembers =
  'identity name slug description createdAt updatedAt deletedAt objectVersion labels annotations organisation createdBy roleBindings featureGates'.split(
    ' ',
  );
const ownPersonMembers = new Set(['subject', 'name', 'email']);
const userMembers = ['subject', 'name', 'email', 'createdAt'];

const typedUser = typedMembers(userMembers, anyText);
const typedObject = typedMembers(
  objectMembers,
  fc.oneof(typedUser, typedMembers(objectMembers, anyText)),
);

/** A native draft; `vendor` is the name under which anybody may put anything into `details`. */
export function anyDraft(vendor: string, members: readonly string[]): fc.Arbitrary<Draft> {
  const vendorDetails = fc.dictionary(
    fc.oneof(anyCase(members), fc.constantFrom('native', 'outcome', 'error'), anyText),
    fc.oneof(anyJson, anyText, anyInstant, anyObject, typedObject),
    { maxKeys: 6, noNullPrototype: true },
  );
  const person = fc
    .tuple(
      typedUser,
      fc.record({ subject: anyText, name: anyText, email: anyText }, { requiredKeys: [] }),
    )
    .map(([others, own]) => ({
      ...Object.fromEntries(Object.entries(others).filter(([name]) => !ownPersonMembers.has(name))),
      ...own,
    }));
  const context = fc.record(
    {
      client_ip: anyText,
      status: fc.integer({ min: 0, max: 999 }),
      credentials_type: anyText,
      origin: fc.oneof(
        fc.constantFrom('api', 'gui', 'cli', 'AUDIT_LOG_SOURCE_X', 'internal'),
        anyText,
      ),
      system_service: fc.oneof(fc.constantFrom('annals', 'upcloud'), anyText),
      region: anyJson,
    },
    { requiredKeys: [] },
  );
  return fc
    .record(
      {
        eventID: fc.oneof(name, fc.constant('01JY5XQ8M3W7N2B4C6D8E0F2GH'), fc.uuid()),
        createdAt: anyInstant.map((value) => value.toUpperCase().replace(/(\.\d{6})\d+/, '$1')),
        projectId: name,
        action: fc.oneof(
          name,
          fc.constantFrom('GET', 'DELETE', 'kms.decrypt', 'access-granted', 'DescribeInstances'),
          fc.constantFrom('AUDIT_LOG_ACTION_CREATE_CLUSTER', 'AUDIT_LOG_ACTION_', 'login', '---'),
        ),
        description: anyText,
        resourceType: fc.oneof(name, fc.constantFrom('cluster', 'server', 'cloud_vpc', 'AWS::X')),
        resourceIdentity: name,
        userIdentity: name,
        user: person,
        serviceAccountIdentity: name,
        serviceAccount: fc.oneof(anyObject, typedObject),
        impersonatorIdentity: name,
        impersonator: person,
        client: anyObject,
        context,
        outcome: fc.constantFrom('success' as const, 'failure' as const),
        error: anyText,
        traceId: name,
        sessionId: name,
        changes: fc.record({ before: anyObject, after: anyObject }, { requiredKeys: [] }),
        details: fc.record(
          { [vendor]: fc.oneof(vendorDetails, anyJson), other: anyJson },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['action'] },
    )
    .map(fromJson)
    .filter((draft) => draftSchema.safeParse(draft).success) as fc.Arbitrary<Draft>;
}

/** The members by these names as a client in Go reads them: the case does not matter, and the last one counts. */
export function readAsGo(object: object, names: readonly string[]): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const name = names.find((one) => one === key.replaceAll('ſ', 's').toLowerCase());
    if (name !== undefined) read[name] = value;
  }
  return read;
}
