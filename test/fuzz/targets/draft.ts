import assert from 'node:assert/strict';
import { checkDraft, readDrafts } from '../../../src/core/draft.ts';
import { parseJson } from '../../../src/core/json/parse-json.ts';
import type { Micros } from '../../../src/core/micros.ts';
import { parseInstant } from '../../../src/core/micros.ts';
import { runToCompletion } from '../../../src/core/pausable-work.ts';
import { type Target, unlessRejected } from '../target.ts';

const now = parseInstant('2026-06-20T08:00:00Z') as Micros;

/** What is taken for a valid draft, on the quick way or the other one, has nothing wrong. */
export const draft: Target = {
  dictionary: [
    '"action":',
    '"createdAt":',
    '"2026-06-20T08:00:00Z"',
    '"context":{',
    '"system_service":"annals"',
    '"user":{',
    '{"events":[',
    '"details":{',
    '"outcome":"success"',
    '\n',
  ],
  run(input) {
    const lines = unlessRejected(
      () => runToCompletion(readDrafts(input, 'application/x-ndjson', now)),
      'invalid',
      'too-large',
    );
    if (lines !== undefined) {
      const texts = withoutMark(input)
        .split('\n')
        .filter((line) => line.trim() !== '');
      assert.equal(texts.length, lines.length);
      for (const text of texts) assertValid(parseJson(text).value);
    }
    const document = unlessRejected(
      () => runToCompletion(readDrafts(input, 'application/json', now)),
      'invalid',
      'too-large',
    );
    if (document === undefined) return;
    const value = parseJson(withoutMark(input)).value as { events?: unknown };
    const drafts = Array.isArray(value.events) ? value.events : [value];
    assert.equal(drafts.length, document.length);
    for (const each of drafts) assertValid(each);
  },
};

const withoutMark = (input: Buffer): string => input.toString().replace(/^\ufeff/, '');

function assertValid(value: unknown): void {
  assert.deepEqual(checkDraft(value as Parameters<typeof checkDraft>[0], now), []);
}
