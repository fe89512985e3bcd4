import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Draft, draftSchema, maxEventBytes } from '../core/event.ts';
import { parseJson } from '../core/json/parse-json.ts';
import { fitDraft } from './fit-draft.ts';

const defaults = { eventID: 'id-1', createdAt: '2026-06-20T08:14:03.512904Z' };
const runs = Number(process.env.ANNALS_PROPERTY_RUNS ?? 200);

/** The draft as a server reads it. */
function fitted(draft: unknown): Draft & Record<string, unknown> {
  const event = fitDraft(draft, defaults);
  if (typeof event === 'string') throw new Error(event);
  return JSON.parse(event.text);
}

/** Why a field was adjusted, and its original value. */
function adjusted(draft: unknown): Record<string, { why: string; value?: unknown }> {
  return fitted(draft).details?.adjusted as Record<string, { why: string; value?: unknown }>;
}

test('a draft without issues stays as it is and gets its id and time', () => {
  const draft = {
    action: 'kms.decrypt',
    userIdentity: 'usr-1',
    context: { status: 200, headers: { Accept: '*/*' } },
    details: { keyVersion: 3, tags: ['a', null] },
  };
  assert.deepEqual(fitted(draft), { ...draft, ...defaults });
});

test('an id and a time of the application are kept', () => {
  const draft = { action: 'GET', eventID: 'evt-9', createdAt: '2020-01-01T00:00:00Z' };
  assert.deepEqual(fitted(draft), draft);
});

test('fields that are undefined, null or empty are left out', () => {
  const draft = { action: 'GET', error: undefined, user: null, userIdentity: '', description: '' };
  assert.deepEqual(fitted(draft), { action: 'GET', description: '', ...defaults });
});

test('text that is too long for its field is cut, and the original is kept under details', () => {
  const identity = 'x'.repeat(3_000);
  const draft = { action: 'GET', resourceIdentity: identity };
  assert.equal(fitted(draft).resourceIdentity, 'x'.repeat(2_048));
  assert.deepEqual(adjusted(draft).resourceIdentity, {
    why: 'must have at most 2048 characters',
    value: identity,
  });
});

test('control characters in a name are replaced, and stay in the original', () => {
  const draft = { action: 'GET', userIdentity: 'eve\r\nadmin' };
  assert.equal(fitted(draft).userIdentity, 'eve\ufffd\ufffdadmin');
  assert.equal(adjusted(draft).userIdentity?.value, 'eve\r\nadmin');
});

test('the original of a text that is wrong in two ways is kept', () => {
  const identity = `\n${'x'.repeat(600)}`;
  const draft = { action: 'GET', userIdentity: identity };
  assert.equal(fitted(draft).userIdentity, `\ufffd${'x'.repeat(511)}`);
  assert.equal(adjusted(draft).userIdentity?.value, identity);
});

test('a value that its field cannot hold is moved to details', () => {
  const draft = {
    action: 'GET',
    createdAt: 'yesterday',
    outcome: 'maybe',
    context: { status: 'teapot', path: '/x' },
    details: 'not an object',
  };
  const event = fitted(draft);
  assert.equal(event.createdAt, defaults.createdAt);
  assert.equal('outcome' in event, false);
  assert.deepEqual(event.context, { path: '/x' });
  assert.equal(event.details?.value, 'not an object');
  const values = Object.entries(adjusted(draft)).map(([path, { value }]) => [path, value]);
  assert.deepEqual(Object.fromEntries(values), {
    createdAt: 'yesterday',
    outcome: 'maybe',
    'context.status': 'teapot',
  });
});

test('a field that events do not have is moved to details, whatever its name', () => {
  const draft = JSON.parse('{"action":"GET","region":"nl-01","__proto__":{"action":"POST"}}');
  assert.equal(fitted(draft).action, 'GET');
  assert.equal(adjusted(draft).region?.value, 'nl-01');
  assert.deepEqual(Object.getOwnPropertyDescriptor(adjusted(draft), '__proto__')?.value.value, {
    action: 'POST',
  });
});

test('an event that is too large loses its largest fields and says so', () => {
  const changes = { before: { text: 'b'.repeat(40_000) }, after: {} };
  const draft = {
    action: 'PUT',
    userIdentity: 'usr-1',
    changes,
    details: { a: 'x'.repeat(30_000) },
  };
  const event = fitted(draft);
  assert.equal('changes' in event, false);
  assert.equal(event.userIdentity, 'usr-1');
  assert.equal(event.details?.a, draft.details.a);
  assert.match(adjusted(draft).changes?.why ?? '', /^left out: an event has at most 65535 bytes/);
});

test('an event leaves room for what the log adds to it', () => {
  const sizes = [63_000, 64_000, 65_000, 65_200].map((length) => {
    const event = fitDraft({ action: 'PUT', details: { a: 'x'.repeat(length) } }, defaults);
    return typeof event === 'string' ? 0 : event.bytes;
  });
  assert.ok(sizes.every((bytes) => bytes <= maxEventBytes - 1_024));
  assert.deepEqual(
    sizes.map((bytes) => bytes > 60_000),
    [true, true, false, false],
  );
});

test('a deeply nested value can be read by the log, also in details', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100; level += 1) deep = { deep };
  const event = fitDraft({ action: 'PUT', details: { deep }, unknown: deep }, defaults);
  if (typeof event === 'string') assert.fail(event);
  assert.deepEqual(parseJson(`{"events":[${event.text}]}`).problems, []);
});

test('a value of any size costs only its own field', () => {
  const endless = new Set([1]);
  endless[Symbol.iterator] = function* () {
    for (;;) yield 1;
  } as never;
  const draft = { action: 'PUT', details: { kept: 'no' }, changes: { after: { endless } } };
  assert.deepEqual(fitted(draft).details, {
    kept: 'no',
    adjusted: { changes: { why: 'left out: an event has at most 65535 bytes' } },
  });
});

test('a value that cannot become an event is rejected with a sentence', () => {
  const unreadable = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no');
      },
    },
  );
  assert.equal(fitDraft('GET', defaults), 'what was recorded is not an object');
  assert.equal(fitDraft(unreadable, defaults), 'what was recorded cannot be read');
  assert.match(String(fitDraft({ description: 'x' }, defaults)), /^its field action: /);
});

test('every value recorded with an action becomes an event that the log accepts', () => {
  const anything = fc.anything({
    maxDepth: 4,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  const text = fc.string({ unit: 'binary', maxLength: 3_000 });
  const halves = fc
    .array(fc.integer({ min: 0, max: 0xffff }))
    .map((c) => String.fromCharCode(...c));
  const value = fc.oneof(anything, text, halves, fc.constant(1n), fc.constant(Number.NaN));
  const fields = fc.constantFrom(...Object.keys(draftSchema.shape), 'unknown', '__proto__');
  const draft = fc
    .tuple(fc.dictionary(fields, value), fc.string({ minLength: 1, maxLength: 300 }))
    .map(([others, action]) => ({ ...others, action }));
  fc.assert(
    fc.property(draft, (given) => {
      const event = fitDraft(given, defaults);
      if (typeof event === 'string') assert.fail(event);
      const { value: read, problems } = parseJson(`{"events":[${event.text}]}`);
      assert.deepEqual(problems, []);
      const [sent] = (read as { events: [Draft] }).events;
      assert.equal(draftSchema.safeParse(sent).error, undefined);
      assert.equal(sent.eventID, event.eventID);
      assert.equal(event.bytes, Buffer.byteLength(event.text));
      assert.ok(event.bytes < maxEventBytes);
    }),
    { numRuns: runs },
  );
});
