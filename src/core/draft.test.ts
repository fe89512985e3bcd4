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

  it('leaves a draft in its bytes where its keys are canonical, and not elsewhere', () => {
    const forms = (text: string, mediaType: DraftsMediaType = json) =>
      runToCompletion(readDrafts(Buffer.from(text), mediaType, now)).map((draft) =>
        draft instanceof RawDraft ? 'bytes' : 'object',
      );
    assert.deepEqual(forms('{"action":"a"}'), ['bytes']);
    assert.deepEqual(forms('{"action":"\\u0061","context":{"duration":12.0}}'), ['bytes']);
    assert.deepEqual(forms('{"\\u0061ction":"a"}'), ['object']);
    assert.deepEqual(forms('{"events":[{"action":"a"},{ "action":"b"}]}'), ['bytes', 'bytes']);
    const mixed = '{"events":[{"action":"a"},{"\\u0061ction":"b"},{"action":"c"}]}';
    assert.deepEqual(forms(mixed), ['bytes', 'object', 'bytes']);
    const lines = '{"action":"a"}\n{"\\u0061ction":"b"}\n{"action":"c"}';
    assert.deepEqual(forms(lines, ndjson), ['bytes', 'object', 'bytes']);
  });

  it('reads NDJSON with and without line feeds around it', () => {
    const two = '{"action":"a"}\n{"action":"b"}';
    for (const text of [two, `${two}\n`, `\n${two}`, `\n\n${two}\n\n`]) {
      assert.deepEqual(read(text, ndjson), [{ action: 'a' }, { action: 'b' }], text);
    }
  });

  it('takes a time up to 5 minutes ahead', () => {
    for (const action of ['a', '\\u0061']) {
      const draft = (at: string) => `{"action":"${action}","createdAt":"2026-06-20T${at}Z"}`;
      assert.equal(read(draft('08:05:00')).length, 1);
      assert.equal(refusal(draft('08:05:00.000001')).code, 'invalid');
    }
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
      'a misspelt field, and the one that was meant',
      '{"action":"a","creatdAt":"2026-06-20T08:00:00Z"}',
      '0 creatdAt is not a field of an event (did you mean createdAt?): put it into "details"',
    ],
    [
      'a misspelt field inside of another',
      '{"action":"a","changes":{"befor":{}}}',
      '0 changes.befor is not allowed here (did you mean before?): put it into "details"',
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
    ...['annals', 'Annals', ' annals', 'ann\u200bals', 'ＡＮＮＡＬＳ', 'annals\u00a0\u2060'].map(
      (service) =>
        [
          `a record that claims to be the server’s own, as ${encodeURIComponent(service)}`,
          JSON.stringify({ action: 'a', context: { system_service: service } }),
          '0 context.system_service is "annals" only in the server’s own records: leave it out, or name your own service',
        ] as const,
    ),
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
    const [issue = ''] = issuesOf(JSON.stringify({ action: 'a', ['k'.repeat(250_000)]: 1 }));
    assert.match(issue, /^0 k{200}… is not a field/);
  });

  it('says that events must be a list', () => {
    for (const text of ['{"events":{}}', '{"events":{"x":{"action":"a"}}}', '{"events":1}']) {
      const { code, message, issues } = refusal(text);
      assert.equal(message, 'Cannot record: events must be a list');
      assert.deepEqual(
        [code, issues],
        ['invalid', [{ field: 'events', message: 'must be a list' }]],
      );
    }
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

  it('names the first 20 issues of one event, and of several lines', () => {
    const unknown = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`f${n}`, 1]));
    assert.equal(issuesOf(JSON.stringify({ action: 'a', ...unknown })).length, 20);
    const twice = `{"action":"a","details":{${Array(16).fill('"k":1')}}}`;
    assert.equal(issuesOf(`${twice}\n${twice}`, ndjson).length, 20);
    // The 20 issues come first, although the lines are too many as well.
    const read25 = () => read('{\n'.repeat(25), ndjson, 22);
    assert.throws(read25, (error: AnnalsError) => {
      assert.equal(error.issues.length, 20);
      return error.code === 'invalid';
    });
  });

  it('names what JSON lost before what the schema says', () => {
    assert.deepEqual(issuesOf('{"action":7,"details":{"k":1,"k":1}}'), [
      '0 details.k is a duplicate key of its object',
    ]);
  });

  it('says in its message what is wrong first, and how much more', () => {
    for (const [text, message] of [
      ['{}', 'Cannot record: event 0, action: is missing'],
      [
        '{"events":[{"action":"a"}],"more":1}',
        'Cannot record: more: is not allowed beside "events"',
      ],
      [
        '{"a":1,"b":2,"action":"a"}',
        'Cannot record: event 0, a: is not a field of an event: put it into "details" (and 1 more)',
      ],
      ['{"events":[{"action":"a"},3]}', 'Cannot record: event 1: must be an object'],
    ] as const) {
      assert.equal(refusal(text).message, message);
    }
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
    const second = '{"action":"a","details":{"k":1,"k":1}}';
    assert.deepEqual(issuesOf(`{"action":"a"}\n${second}`, ndjson), [
      '1 details.k is a duplicate key of its object',
    ]);
  });

  it('places a problem outside the list where it is', () => {
    assert.deepEqual(issuesOf('{"also":[{"k":1,"k":1}],"events":[{"action":"a"}]}'), [
      'undefined also[0].k is a duplicate key of its object',
      'undefined also is not allowed beside "events"',
    ]);
    assert.deepEqual(issuesOf('{"events":[],"events":[]}'), [
      'undefined events is a duplicate key of its object',
    ]);
  });

  it('rejects a body that is neither a draft nor a list', () => {
    for (const text of [
      '{"events":[]}',
      '{"events":[{"action":"a"}],"more":1}',
      '{"also":1,"events":[{"action":"a"}]}',
      '',
    ]) {
      assert.equal(refusal(text).code, 'invalid', text);
    }
    for (const text of ['[]', '[{"action":"a"}]', '"a"', '7', 'null']) {
      const { code, message } = refusal(text);
      assert.equal(code, 'invalid');
      assert.match(message, /^Cannot record: the body is neither one event nor/, text);
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
      assert.equal(read(text, type, 4).length, 4);
      const escaped = text.replaceAll('"a"', '"\\u0061"');
      assert.throws(() => read(escaped, type, 3), { code: 'too-large' });
      assert.equal(read(escaped, type, 4).length, 4);
    }
  });

  it('rejects deep nesting', () => {
    const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
    assert.match(
      issuesOf(`{"action":"a","details":${deep}}`)[0] ?? '',
      /nested deeper than 32 levels/,
    );
  });

  describe('looks at nothing behind', () => {
    const noJson = '{"action":"a","details":{"x":';
    const tooLong = 'has more than 262144 bytes as it was sent, with its escapes and white space';

    it('the first event that is too many', () => {
      const many = Array(4).fill('{"action":"a"}');
      for (const [text, type] of [
        [`{"events":[${many},${noJson}`, json],
        [`${many.join('\n')}\n${noJson}`, ndjson],
      ] as const) {
        assert.throws(() => read(text, type, 3), { code: 'too-large' });
      }
      const empty = `{"events":[${'{},'.repeat(1_000_000)}`;
      assert.equal(refusal(empty).issues.length, 20);
    });

    it('an event that is too long to be one', () => {
      const long = `{"action":"a","details":{${'"k":1,'.repeat(100_000)}`;
      assert.deepEqual(issuesOf(`{"events":[{"action":"a"},${long}`), [`1  ${tooLong}`]);
      assert.deepEqual(issuesOf(`{"action":"a"}\n${long}`, ndjson), [`1  ${tooLong}`]);
      assert.deepEqual(issuesOf(long), [`0  ${tooLong}; a list begins with {"events":[`]);
      const spaces = `{"action":"a"${' '.repeat(600_000)}}`;
      assert.deepEqual(issuesOf(`{"events":[${spaces}]}`), [`0  ${tooLong}`]);
    });

    it('more white space than an event may have', () => {
      const spaces = ' '.repeat(300_000);
      const message = /more than 262144 bytes of white space at byte \d+$/;
      for (const text of [spaces + noJson, `{"events":[${spaces}${noJson}`]) {
        assert.match(refusal(text).message, message);
      }
      assert.match(refusal('\n'.repeat(300_000) + noJson, ndjson).message, message);
    });

    it('more values than an event has room for', () => {
      const zeros = (count: number) =>
        `{"action":"\\u0061","details":{"z":[${Array(count).fill(0)}`;
      assert.match(
        issuesOf(`{"events":[${zeros(40_000)}]}}]}`)[0]!,
        /^0 {2}.*more than 32768 values/,
      );
      assert.equal(read(`{"events":[${zeros(30_000)}]}}]}`).length, 1);
    });
  });

  it('says where a list is not JSON', () => {
    for (const [text, message] of [
      ['{"events":[{"action":"a"} {"action":"a"}]}', 'expected a comma or ] at byte 26, found "{"'],
      ['{"events":[{"action":"a"}', 'expected a comma or ] at byte 25, found the end'],
      ['{"events":[{"action":"a"}]', 'expected a comma or } at byte 26, found the end'],
      ['{"events":[{"action":"a"}]} 1', 'expected the end at byte 28, found "1"'],
      ['{"events":[{"action":"a"}],}', 'expected another member at byte 27, found "}"'],
    ] as const) {
      assert.equal(refusal(text).message, `Cannot read the JSON: ${message}`, text);
    }
    for (const [text, message] of [
      ['{"events":[{"action":"a"},]}', 'expected a value at character 0, found the end'],
      ['{"events":[{"action":"a"},{"action":}]}', 'expected a value at character 10, found "}"'],
      [
        '{"events":[{"action":"a"},{"action":"',
        'expected the end of a string at character 11, found the end',
      ],
    ] as const) {
      assert.deepEqual(issuesOf(text), [`1  Cannot read the JSON: ${message}`], text);
    }
  });

  it('finds the list however its key is spelled', () => {
    const text = '\n{ "\\u0065vents" : [ {"action":"a"} , {"action":"b"} ] }\n';
    assert.equal(read(text).length, 2);
  });
});
