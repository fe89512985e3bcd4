import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DraftsMediaType, readDrafts } from './draft.ts';
import { AnnalsError } from './errors.ts';
import { parseInstant } from './micros.ts';
import { runToCompletion } from './pausable-work.ts';
import { RawDraft, type ReceivedDraft } from './raw-draft.ts';

const now = parseInstant('2026-06-20T08:00:00Z') as number;
const json = 'application/json';
const ndjson = 'application/x-ndjson';

const read = (text: string, mediaType: DraftsMediaType = json, max?: number) =>
  runToCompletion(readDrafts(Buffer.from(text), mediaType, now, max)).map(asObject);

/** A draft as an object, in whatever form it was left. */
function asObject(draft: ReceivedDraft): unknown {
  if (!(draft instanceof RawDraft)) return draft;
  const { json, object } = draft;
  return JSON.parse(json.bytes.toString('utf8', json.start(object), json.end(object)));
}

function refusal(text: string, mediaType: DraftsMediaType = json): AnnalsError {
  try {
    read(text, mediaType);
  } catch (error) {
    if (error instanceof AnnalsError) return error;
    throw error;
  }
  return assert.fail(`taken: ${text}`);
}

/** `index field message` of each issue. */
const issuesOf = (text: string, mediaType?: DraftsMediaType) =>
  refusal(text, mediaType).issues.map(
    ({ index, field, message }) => `${index} ${field} ${message}`,
  );

describe('readDrafts', () => {
  it('reads one draft, a list and NDJSON', () => {
    assert.deepEqual(read('{"action":"GET"}'), [{ action: 'GET' }]);
    assert.deepEqual(read('{"events":[{"action":"GET"},{"action":"PUT"}]}').length, 2);
    assert.deepEqual(read('{"action":"GET"}\n\r\n{"action":"PUT"}\n', ndjson).length, 2);
  });

  it('keeps every field as it was sent', () => {
    const draft = {
      eventID: 'evt-1',
      createdAt: '2026-06-20T09:59:00+02:00',
      action: 'kms.decrypt',
      user: { subject: 'usr-1', team: 'red', createdAt: '2025-02-11T09:00:00Z' },
      context: { status: 204, duration: '41ms', anything: [1, { deep: null }] },
      changes: { before: { a: 1 }, after: {} },
      details: { '': 0, ключ: '😀' },
    };
    assert.deepEqual(read(JSON.stringify(draft)), [draft]);
  });

  for (const [what, text, issue] of [
    [
      'a duplicate key',
      '{"action":"a","context":{"x":1,"x":2}}',
      '0 context.x is a duplicate key of its object',
    ],
    ['half a surrogate pair', '{"action":"\\ud800"}', '0 action has half of a surrogate pair'],
    [
      'an unknown field',
      '{"action":"a","actor":"me"}',
      '0 actor is not a field of an event: put it into "details"',
    ],
    [
      'a field of the server',
      '{"action":"a","sequence":1}',
      '0 sequence is set by the server: leave it out',
    ],
    ['a missing action', '{}', '0 action is missing'],
    [
      'null',
      '{"action":"a","error":null}',
      '0 error must be a string, not null: leave the field out',
    ],
    [
      'a wrong type',
      '{"action":"a","context":{"status":"200"}}',
      '0 context.status must be a number',
    ],
    ['an empty name', '{"action":""}', '0 action must not be empty: leave the field out instead'],
    [
      'a control character in a name',
      '{"action":"a\\n"}',
      '0 action must not contain control characters',
    ],
    [
      'a time without zone',
      '{"action":"a","createdAt":"2026-06-20T08:00:00"}',
      '0 createdAt has no zone: end it with Z or an offset such as +02:00',
    ],
    [
      'a time in the future',
      '{"action":"a","createdAt":"2026-06-20T08:05:01Z"}',
      '0 createdAt is more than 5 minutes ahead of the server’s clock',
    ],
    [
      'an unknown outcome',
      '{"action":"a","outcome":"ok"}',
      '0 outcome must be one of success, failure',
    ],
    [
      'a record that claims to be the server’s own',
      '{"action":"a","context":{"system_service":"annals"}}',
      '0 context.system_service is "annals" only in the server’s own records: leave it out, or name your own service',
    ],
    [
      'a third kind of change',
      '{"action":"a","changes":{"now":{}}}',
      '0 changes.now is not allowed here: put it into "details"',
    ],
  ] as const) {
    it(`names ${what}`, () => assert.deepEqual(issuesOf(text), [issue]));
  }

  it('names a number that would lose digits', () => {
    assert.match(
      issuesOf('{"action":"a","details":{"n":[12345678901234567890]}}')[0] ?? '',
      /^0 details\.n\[0\] is the number 12345678901234567890/,
    );
  });

  it('cuts the name of a field that nobody would read to its end', () => {
    const [issue = ''] = issuesOf(JSON.stringify({ action: 'a', ['k'.repeat(1_000_000)]: 1 }));
    assert.match(issue, /^0 k{200}… is not a field/);
  });

  it('says that events must be a list', () => {
    assert.equal(refusal('{"events":{}}').message, 'Cannot record: events must be a list');
    assert.deepEqual(issuesOf('{"action":"a","events":{}}'), [
      '0 events is not a field of an event: put it into "details"',
    ]);
  });

  it('names each bad event by its index, the first 20 issues', () => {
    const events = Array.from({ length: 30 }, (_, index) => ({ action: index === 3 ? 'fine' : 7 }));
    const issues = issuesOf(JSON.stringify({ events }));
    assert.equal(issues.length, 20);
    assert.equal(issues[3], '4 action must be a string');
  });

  it('names the line of NDJSON that is not JSON', () => {
    assert.match(
      issuesOf('{"action":"a"}\n{"action":\n', ndjson)[0] ?? '',
      /^1 {2}Cannot read the JSON/,
    );
  });

  it('places a problem inside a list in its event', () => {
    assert.deepEqual(
      issuesOf('{"events":[{"action":"a"},{"action":"a","details":{"k":1,"k":1}}]}'),
      ['1 details.k is a duplicate key of its object'],
    );
  });

  it('rejects a body that is neither a draft nor a list', () => {
    for (const text of [
      '[]',
      '"a"',
      'null',
      '{"events":[]}',
      '{"events":[{"action":"a"}],"more":1}',
      '',
    ]) {
      assert.equal(refusal(text).code, 'invalid', text);
    }
    assert.equal(refusal('\n\n', ndjson).code, 'invalid');
  });

  it('rejects more events than a request may have', () => {
    const lines = '{"action":"a"}\n'.repeat(4);
    for (const [text, type] of [
      [lines, ndjson],
      [JSON.stringify({ events: Array(4).fill({ action: 'a' }) }), json],
    ] as const) {
      assert.throws(() => read(text, type, 3), { code: 'too-large' });
    }
  });

  it('rejects deep nesting', () => {
    const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
    assert.match(
      issuesOf(`{"action":"a","details":${deep}}`)[0] ?? '',
      /nested deeper than 32 levels/,
    );
  });
});
