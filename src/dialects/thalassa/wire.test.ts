import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Draft } from '../../core/event.ts';
import { factsOf, propertyRuns, recordDraft } from '../mapping.fixture.ts';
import { isMembers, type Members } from '../mapping.ts';
import { thalassaDraft, thalassaEntry, thalassaEntrySchema } from './wire.ts';

const text = fc.string({ maxLength: 300 }).map((value) => value.toWellFormed());
const json = fc.jsonValue({ maxDepth: 3 }).map((value) =>
  JSON.parse(
    JSON.stringify(value)
      .toWellFormed()
      .replaceAll(/\\ud[89a-f]../gi, ''),
  ),
);
const object = fc.dictionary(
  fc
    .string({ minLength: 1, maxLength: 12 })
    .filter((key) => key.isWellFormed() && key !== '__proto__'),
  json,
  { maxKeys: 4 },
);
const time = fc.constantFrom(
  '2026-06-20T08:14:03.512904Z',
  '2026-06-20T08:14:03Z',
  '2026-06-20T10:14:03.5+02:00',
  '2026-06-20T08:14:03.123456789Z',
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => arbitrary;

const appUser = fc.record(
  { subject: text, name: text, email: text, createdAt: time },
  { requiredKeys: [] },
);
const organisation = fc.record({
  identity: text,
  name: text,
  slug: text,
  createdAt: time,
  objectVersion: fc.nat(),
});
const serviceAccount = fc.record(
  {
    identity: text,
    name: text,
    slug: text,
    createdAt: time,
    objectVersion: fc.nat(),
    labels: fc.constant({ team: 'a' }),
    createdBy: appUser,
    organisation,
  },
  { requiredKeys: ['identity', 'name', 'slug', 'createdAt', 'objectVersion'] },
);

/** Any object the vendor's schema allows, unknown fields and null for absent ones included. */
const entries = fc
  .record(
    {
      createdAt: time,
      eventID: fc.oneof(text, fc.uuid()),
      action: fc.oneof(text, fc.constantFrom('GET', 'kms.decrypt')),
      userIdentity: optional(text),
      user: appUser,
      serviceAccountIdentity: fc.option(text),
      serviceAccount,
      organizationIdentity: text,
      organization: organisation,
      impersonatorIdentity: fc.option(text),
      impersonator: fc.option(appUser),
      description: fc.oneof(text, fc.constant('x'.repeat(9_000))),
      resourceType: text,
      resourceIdentity: text,
      context: fc.oneof(
        object,
        fc.constant({ status: '200', client_ip: null }),
        fc.constant({ status: 404, annals: 1 }),
      ),
      client: object,
      projectId: text,
      somethingNew: json,
      details: json,
      outcome: json,
    },
    { requiredKeys: ['createdAt', 'eventID', 'action'] },
  )
  .map((entry) => JSON.parse(JSON.stringify(entry)) as Members);

describe('a Thalassa entry', () => {
  it('comes back word for word from the event it became', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const event = recordDraft(thalassaDraft(entry, 'evt-fallback'));
        assert.deepEqual(thalassaEntry(event), entry);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('fills the native fields that mean the same', () => {
    const event = recordDraft(
      thalassaDraft({
        createdAt: '2026-06-20T10:14:03.5+02:00',
        eventID: 'evt-1',
        action: 'DELETE',
        user: { subject: 'usr-1', name: 'Noor' },
        organizationIdentity: 'org-theirs',
        context: { status: 403 },
      }),
    );
    assert.equal(event.createdAt, '2026-06-20T08:14:03.500000Z');
    assert.equal(event.outcome, 'failure');
    assert.deepEqual(event.user, { subject: 'usr-1', name: 'Noor' });
    assert.deepEqual(event.details, {
      thalassa: { createdAt: '2026-06-20T10:14:03.5+02:00', organizationIdentity: 'org-theirs' },
    });
  });
});

const natives = fc.record(
  {
    eventID: fc.uuid(),
    action: fc.constantFrom('GET', 'kms.decrypt', 's3.GetObject'),
    description: text,
    user: fc.oneof(
      appUser,
      fc.constant({ name: 'x', createdAt: '' }),
      fc.constant({ createdAt: 7 }),
    ),
    serviceAccount: fc.oneof(serviceAccount, object, fc.constant({ labels: { n: 1 } })),
    client: object,
    context: fc
      .oneof(object, fc.constant({ annals: true, outcome: 'odd', status: 500 }))
      .map((context) => {
        const { status, duration, client_ip, user_agent, method, path, url, ...free } =
          context as Record<string, unknown>;
        return typeof status === 'number' && Number.isInteger(status) && status >= 0 && status < 999
          ? { ...free, status }
          : free;
      }),
    outcome: fc.constantFrom('success', 'failure'),
    error: text,
    traceId: fc.uuid(),
    changes: fc.record({ before: object, after: object }),
    details: object.filter((details) => !Object.hasOwn(details, 'thalassa')),
  },
  { requiredKeys: ['eventID', 'action'] },
);

describe('a native event', () => {
  it('becomes an entry the vendor’s clients decode, with every fact of it still there', () => {
    fc.assert(
      fc.property(natives, (draft) => {
        const event = recordDraft(draft as Draft);
        const entry = thalassaEntry(event);
        const decoded = thalassaEntrySchema.safeParse(entry);
        assert.ok(decoded.success, JSON.stringify(decoded.error?.issues));
        const shown = JSON.stringify(entry);
        for (const [path, fact] of factsOf(event)) {
          assert.ok(shown.includes(JSON.stringify(fact)), `${path} is shown`);
        }
        assert.ok(!Object.hasOwn(entry, 'details') && !Object.hasOwn(entry, 'sequence'));
        assert.ok(entry.context === undefined || isMembers(entry.context));
      }),
      { numRuns: propertyRuns },
    );
  });
});
