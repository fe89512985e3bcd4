import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readDrafts } from '../core/draft.ts';
import { type AuditEvent, type Draft, noControlCharacters } from '../core/event.ts';
import { facetsOf } from '../core/facets.ts';
import { formatInstant, type Micros, parseInstant } from '../core/micros.ts';
import { runToCompletion } from '../core/pausable-work.ts';
import { canonicalJson } from '../integrity/canonical.ts';
import { leafHash } from '../integrity/hash.ts';
import { defaultPersonalPaths, eventTexts, personalPaths } from '../integrity/personal.ts';
import { EventColumns } from '../store/event-columns.ts';
import { type PreparedDraft, Sequencer } from './sequencing.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 200);
const now = parseInstant('2026-06-20T08:00:00Z') as number;

const text = fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'binary' }));
const name = text.filter(
  (some) => some !== '' && some.length <= 256 && noControlCharacters.test(some),
);
const free = fc.dictionary(text, fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<unknown>, {
  maxKeys: 4,
});
const person = fc.record(
  { subject: text, name: text, email: text, more: free },
  { requiredKeys: [] },
);
const anyDraft = fc.record(
  {
    action: name,
    eventID: name,
    createdAt: fc.constantFrom('2026-06-20T07:00:00Z', '2026-06-20T07:00:00.5+02:00'),
    description: text,
    resourceType: name,
    userIdentity: name,
    user: person,
    impersonator: person,
    context: fc.record(
      {
        status: fc.integer({ min: 0, max: 999 }),
        client_ip: text,
        user_agent: text,
        duration: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), text),
        headers: free,
        origin: text,
        other: fc.jsonValue() as fc.Arbitrary<unknown>,
      },
      { requiredKeys: [] },
    ),
    outcome: fc.constantFrom('success' as const, 'failure' as const),
    error: text,
    changes: fc.record({ before: free, after: free }, { requiredKeys: [] }),
    details: free,
  },
  { requiredKeys: ['action'] },
) as fc.Arbitrary<Draft>;
/** Some drafts have many fields and some have few: nearly all of those with many have something personal. */
const draft = anyDraft.chain((full) => {
  const optional = Object.keys(full).filter((field) => field !== 'action') as (keyof Draft)[];
  return fc.subarray(optional).map((fields) => {
    const entries = fields.map((field) => [field, full[field]]);
    return { action: full.action, ...Object.fromEntries(entries) } as Draft;
  });
});

const morePaths = fc.subarray([
  'description',
  'details',
  'outcome',
  'user',
  'changes.before',
  'error',
]);

/** As the writers of other languages do: characters escaped, whole numbers with a fraction. Keys are canonical. */
function otherSpelling(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value).replace(
      /[^\x20-\x7e]|[&<>']/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
  if (typeof value === 'number') {
    const literal = JSON.stringify(value);
    return /^-?\d{1,13}$/.test(literal) ? `${literal}.0` : literal.replace('e', 'E');
  }
  if (Array.isArray(value)) return `[${value.map(otherSpelling).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}: ${otherSpelling(inner)}`).join(', ')}}`;
}

const spellings = [
  (value: unknown) => JSON.stringify(value),
  (value: unknown) => JSON.stringify(value, null, 1),
  otherSpelling,
];

function sequencedBy(
  sequencer: Sequencer,
  prepared: PreparedDraft,
  sequence: number,
  recordedAt: Micros,
) {
  const events = new EventColumns();
  sequencer.sequence(prepared, sequence, recordedAt, events);
  return events.event(0);
}

describe('a draft that is sequenced', () => {
  it('has the texts of its event, however it was sent', () => {
    fc.assert(
      fc.property(draft, morePaths, fc.constantFrom(...spellings), (sent, more, spell) => {
        const paths = personalPaths([...defaultPersonalPaths, ...more]);
        const random = (bytes: Uint8Array) => void randomFillSync(bytes);
        const sequencer = new Sequencer({ clock: () => now, random, personalPaths: () => paths });
        const bytes = Buffer.from(spell(sent));
        const [received = sent] = runToCompletion(readDrafts(bytes, 'application/json', now));
        for (const form of [received, JSON.parse(bytes.toString()) as Draft]) {
          const prepared = sequencer.prepare('org-ö', form);
          const sequenced = sequencedBy(sequencer, prepared, 41, now + 7);
          const event = JSON.parse(sequenced.body) as AuditEvent;
          const { eventID = sequenced.eventID, createdAt = formatInstant(now) } = sent;
          const { outcome = event.outcome } = sent;
          assert.deepEqual(event, {
            ...(JSON.parse(bytes.toString()) as Draft),
            eventID,
            createdAt: formatInstant(parseInstant(createdAt) as number),
            organizationIdentity: 'org-ö',
            recordedAt: formatInstant(now + 7),
            sequence: 41,
            ...(outcome !== undefined && { outcome }),
          });
          assert.equal(sequenced.body, canonicalJson(event));
          const texts = eventTexts(event, sequenced.salt ?? Buffer.alloc(16), paths);
          assert.equal(texts.personal, sequenced.salt !== undefined);
          assert.deepEqual(Buffer.from(sequenced.leafHash), leafHash(texts.leaf));
          assert.deepEqual(sequenced.facets, facetsOf({ ...event }));
          assert.equal(sequenced.description, event.description);
          assert.ok(sequencer.isSame('org-ö', prepared, sequenced));
          const other = canonicalJson({ ...event, action: `${event.action}!` });
          assert.ok(!sequencer.isSame('org-ö', prepared, { ...sequenced, body: other }));
        }
      }),
      { numRuns },
    );
  });

  it('has a commitment only if something in it is personal', () => {
    const paths = personalPaths();
    const random = (bytes: Uint8Array) => void bytes.fill(7);
    const sequencer = new Sequencer({ clock: () => now, random, personalPaths: () => paths });
    for (const [sent, isPersonal] of [
      [{ action: 'a' }, false],
      [{ action: 'a', user: { subject: 's' } }, false],
      [{ action: 'a', user: { subject: 's', name: 'n' } }, true],
    ] as const) {
      const sequenced = sequencedBy(sequencer, sequencer.prepare('o', sent), 0, now);
      assert.equal(sequenced.salt !== undefined, isPersonal);
      const { leaf } = eventTexts(JSON.parse(sequenced.body), Buffer.alloc(16, 7), paths);
      assert.equal(leaf === sequenced.body, !isPersonal);
      assert.deepEqual(Buffer.from(sequenced.leafHash), leafHash(leaf));
      assert.deepEqual(sequenced.facets, facetsOf(JSON.parse(sequenced.body)));
    }
  });

  it('has empty objects and lists without the white space in them', () => {
    const sequencer = new Sequencer({
      clock: () => now,
      random: (bytes) => void bytes.fill(7),
      personalPaths: () => personalPaths(),
    });
    const bytes = Buffer.from('{"action":"a","details":{ "list":[ ],"object": { }, "z":[ { } ]}}');
    const [received] = runToCompletion(readDrafts(bytes, 'application/json', now));
    const sequenced = sequencedBy(sequencer, sequencer.prepare('o', received!), 0, now);
    const { details } = JSON.parse(sequenced.body) as AuditEvent;
    assert.deepEqual(details, { list: [], object: {}, z: [{}] });
    assert.equal(sequenced.body, canonicalJson(JSON.parse(sequenced.body)));
  });

  it('is rejected when it has a field that an event does not have', () => {
    const random = (bytes: Uint8Array) => void bytes.fill(7);
    const sequencer = new Sequencer({
      clock: () => now,
      random,
      personalPaths: () => personalPaths(),
    });
    const draft = { action: 'a', colour: 'red' } as Draft;
    assert.throws(() => sequencer.prepare('o', draft), /colour is not a field of an event/);
  });

  it('gets an outcome when the producer gave none', () => {
    const random = (bytes: Uint8Array) => void bytes.fill(7);
    const sequencer = new Sequencer({
      clock: () => now,
      random,
      personalPaths: () => personalPaths(),
    });
    const outcomeOf = (sent: Partial<Draft>) => {
      const sequenced = sequencedBy(
        sequencer,
        sequencer.prepare('o', { action: 'a', ...sent }),
        0,
        now,
      );
      return (JSON.parse(sequenced.body) as AuditEvent).outcome;
    };
    assert.equal(outcomeOf({}), undefined);
    assert.equal(outcomeOf({ context: { status: 399 } }), 'success');
    assert.equal(outcomeOf({ context: { status: 400 } }), 'failure');
    assert.equal(outcomeOf({ error: 'no', context: { status: 200 } }), 'failure');
    assert.equal(outcomeOf({ error: '', context: { status: 200 } }), 'success');
    assert.equal(outcomeOf({ outcome: 'success', context: { status: 500 } }), 'success');
  });
});
