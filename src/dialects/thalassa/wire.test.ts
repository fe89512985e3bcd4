import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Draft } from '../../core/event.ts';
import { anyDraft, factsOf, propertyRuns, recordDraft } from '../mapping.fixture.ts';
import { isMembers, type Members } from '../members.ts';
import { decodeEntry } from './decoder.fixture.ts';
import { thalassaDraft, thalassaEntry } from './wire.ts';

const text = fc.string({ maxLength: 300 }).map((value) => value.toWellFormed());
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
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
      eventID: fc.oneof(fc.uuid(), fc.constant('evt-d8k2m0v4qs7c73f1a2bg')),
      action: fc.constantFrom('GET', 'kms.decrypt', 'unknown'),
      userIdentity: optional(text),
      user: appUser,
      serviceAccountIdentity: fc.option(text),
      serviceAccount,
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
    },
    { requiredKeys: ['createdAt', 'eventID', 'action'] },
  )
  .map((entry) => JSON.parse(JSON.stringify(entry)) as Members);

/** What only the log says: an entry from there cannot change it. */
const unholdable = fc.record(
  {
    eventID: fc.constantFrom('', 'x'.repeat(300)),
    action: fc.constantFrom('', 'x'.repeat(300)),
    organizationIdentity: text,
    organization: organisation,
    details: json,
    outcome: json,
  },
  { requiredKeys: [] },
);

describe('a Thalassa entry', () => {
  it('comes back word for word from the event it became, in the organisation of the log', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const event = recordDraft(thalassaDraft(entry, 'evt-fallback'));
        assert.deepEqual(thalassaEntry(event), { ...entry, organizationIdentity: 'org-a' });
      }),
      { numRuns: propertyRuns },
    );
  });

  it('is still shown in full where the log says something else', () => {
    fc.assert(
      fc.property(entries, unholdable, (entry, more) => {
        const original = JSON.parse(JSON.stringify({ ...entry, ...more })) as Members;
        const event = recordDraft(thalassaDraft(original, 'evt-fallback'));
        const shown = thalassaEntry(event);
        decodeEntry(shown);
        assert.equal(shown.eventID, event.eventID);
        assert.equal(shown.organizationIdentity, 'org-a');
        const text = JSON.stringify(shown);
        const facts = [...factsOf({ original } as never)].map(([, fact]) => fact);
        for (const fact of facts) assert.ok(text.includes(JSON.stringify(fact)), `${fact}`);
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

const memberNames =
  'createdAt eventID action userIdentity user serviceAccountIdentity serviceAccount organizationIdentity organization impersonatorIdentity impersonator description resourceType resourceIdentity context'.split(
    ' ',
  );
const natives = anyDraft('thalassa', memberNames);

describe('a native event', () => {
  it('becomes an entry the vendor’s clients decode, with every fact of it still there', () => {
    fc.assert(
      fc.property(natives, (draft) => {
        const event = recordDraft(draft as Draft);
        const entry = thalassaEntry(event);
        decodeEntry(entry);
        const shown = JSON.stringify(entry);
        for (const [path, fact] of factsOf(event)) {
          // The status says so.
          if (path === 'outcome' && event.context?.status !== undefined) continue;
          assert.ok(shown.includes(JSON.stringify(fact)), `${path} is shown`);
        }
        assert.ok(!Object.hasOwn(entry, 'sequence'));
        assert.ok(entry.context === undefined || isMembers(entry.context));
      }),
      { numRuns: propertyRuns },
    );
  });

  it('says who did what as it would without details of the vendor’s', () => {
    fc.assert(
      fc.property(natives, (draft) => {
        const { details: _, ...rest } = draft;
        const eventID = 'evt-1';
        const shown = decodeEntry(thalassaEntry(recordDraft({ ...draft, eventID })));
        const known = decodeEntry(thalassaEntry(recordDraft({ ...rest, eventID })));
        for (const [name, value] of Object.entries(known)) {
          if (name === 'createdAt')
            assert.equal(Date.parse(String(shown[name])), Date.parse(String(value)));
          else if (name !== 'context') assert.deepEqual(shown[name], value, name);
        }
      }),
      { numRuns: propertyRuns },
    );
  });

  it('cannot pass for another by details of the vendor’s', () => {
    const thalassa = {
      createdAt: '2020-01-01T00:00:00Z',
      eventID: 'evt-other',
      action: 'GET',
      userIdentity: 'usr-somebody',
      user: { subject: 'usr-somebody' },
      description: 'nothing',
      resourceIdentity: 'vpc-other',
      organizationIdentity: 'org-other',
      organization: { identity: 'org-other' },
      outcome: 'success',
      EVENTID: 'evt-other',
      uſerIdentity: 'usr-somebody',
    };
    const event = recordDraft({
      eventID: 'evt-1',
      createdAt: '2026-06-20T08:14:03.512904Z',
      action: 'DELETE',
      serviceAccountIdentity: 'sa-1',
      outcome: 'failure',
      error: 'denied',
      details: { thalassa },
    });
    assert.deepEqual(thalassaEntry(event), {
      eventID: 'evt-1',
      createdAt: '2026-06-20T08:14:03.512904Z',
      action: 'DELETE',
      serviceAccountIdentity: 'sa-1',
      organizationIdentity: 'org-a',
      context: { outcome: 'failure', annals: { error: 'denied', details: { thalassa } } },
    });
  });
});
