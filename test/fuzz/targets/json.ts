import assert from 'node:assert/strict';
import { JsonArrayReader } from '../../../src/core/json/array-reader.ts';
import { parseJson } from '../../../src/core/json/parse-json.ts';
import { none, RawJson } from '../../../src/core/json/raw-json.ts';
import { canonicalJson } from '../../../src/integrity/canonical.ts';
import { type Target, unlessRejected } from '../target.ts';

/** The three readers of JSON, compared with `JSON.parse`, with each other, and with themselves on other chunks. */
export const json: Target = {
  dictionary: [
    '{"a":',
    '[',
    ']',
    '}',
    '\\u0000',
    '\\ud83d\\ude00',
    '1e309',
    '-0',
    '"__proto__":',
    'true',
    'null',
    '{"items":[{',
  ],
  run(input) {
    const text = input.toString();
    const parsed = unlessRejected(() => parseJson(text), 'invalid');
    const expected = parsedByNode(text);
    assert.equal(parsed === undefined, expected === undefined, 'one reader takes it for JSON');
    const isExact = parsed !== undefined && parsed.problems.length === 0;
    if (isExact) assert.deepEqual(parsed.value, expected?.value);
    if (Buffer.from(text).equals(input)) compareRaw(input, isExact ? parsed.value : undefined);
    compareChunks(text);
  },
};

function parsedByNode(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** `exact` is undefined when the text is not JSON, or JSON that would lose something. */
function compareRaw(input: Buffer, exact: unknown): void {
  const raw = new RawJson(input);
  const root = raw.read(0, input.length);
  if (root === none) return;
  assert.notEqual(exact, undefined, 'the token index reads what the other reader rejects');
  if (!raw.isCanonical(root)) return;
  const bytes = input.toString('utf8', raw.start(root), raw.end(root));
  assert.equal(bytes, canonicalJson(exact));
}

/** Where a text is cut into chunks makes no difference. */
function compareChunks(text: string): void {
  const read = (chunks: readonly string[]) =>
    unlessRejected(
      () => {
        const reader = new JsonArrayReader({ arrayKeys: ['items'], maxItem: 10_000 });
        const items: string[] = [];
        for (const chunk of chunks) reader.push(chunk, items);
        return { items, envelope: reader.end() };
      },
      'corrupt',
      'incomplete',
      'too-large',
    );
  const whole = read([text]);
  assert.deepEqual(read([...text]), whole);
  const middle = text.length >> 1;
  assert.deepEqual(read([text.slice(0, middle), text.slice(middle)]), whole);
}
