import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameFields, proseFields } from '../core/draft-fields.ts';
import { draftSchema } from '../core/event.ts';
import type { Json, JsonObject } from '../core/json/parse-json.ts';
import { draftProblems } from './draft-problems.ts';

/** The places that the schema rejects, each once. */
function rejectedBySchema(draft: JsonObject): string[] {
  const issues = draftSchema.safeParse(draft).error?.issues ?? [];
  const paths = issues.flatMap((issue) => {
    if (issue.path[0] === 'changes') return ['changes'];
    if (issue.code === 'unrecognized_keys') return issue.keys;
    return [issue.path.join('.')];
  });
  return [...new Set(paths)].toSorted();
}

const limits = new Set(Object.values({ ...nameFields, ...proseFields }));
const values: readonly Json[] = [
  ...[null, true, [], ['a'], {}, { a: 1 }, '', 'a', 'success', 'failure', 'maybe'],
  ...['a\nb', 'a\u007f', '\u0000', '2026-06-20T08:14:03Z', '2026-06-20T08:14:03', '2026-06-20'],
  ...[-1, -0.5, 0, 2.5, 200, 999, 999.5, 1_000],
  ...[...limits].flatMap((max) => [max, max + 1].map((length) => 'x'.repeat(length))),
  `\n${'x'.repeat(9_000)}`,
];
const fields = [...Object.keys(draftSchema.shape), 'region', 'toString', '__proto__'];
const members = [
  ...['subject', 'name', 'email', 'client_ip', 'user_agent', 'method', 'path', 'url', 'status'],
  ...['duration', 'credentials_id', 'credentials_type', 'headers', 'country_code', 'origin'],
  ...['system_service', 'before', 'after', 'more', 'toString', '__proto__'],
];

/** A draft with each value in each field, and in each member of each field. */
function* drafts(): Generator<JsonObject> {
  // Unlike a literal, this takes `__proto__` as it takes any other name.
  const objectWith = (key: string, value: Json) => Object.fromEntries([[key, value]]);
  yield {};
  for (const value of values) {
    for (const field of fields) {
      yield { ...objectWith(field, value), ...(field !== 'action' && { action: 'GET' }) };
      for (const member of members) yield { action: 'GET', [field]: objectWith(member, value) };
    }
  }
}

test('what is wrong with a draft is what the schema says', () => {
  for (const draft of drafts()) {
    const found = draftProblems(draft).map(({ path }) => path.join('.'));
    assert.deepEqual(found.toSorted(), rejectedBySchema(draft), JSON.stringify(draft));
  }
});

test('a replacement is what the schema accepts', () => {
  const replaced = new Set<string>();
  for (const draft of drafts()) {
    for (const { path, replacement } of draftProblems(draft)) {
      if (replacement === undefined) continue;
      const [field = ''] = path;
      replaced.add(field);
      assert.deepEqual(rejectedBySchema({ action: 'GET', [field]: replacement }), []);
    }
  }
  assert.deepEqual(replaced, new Set(Object.keys({ ...nameFields, ...proseFields })));
});
