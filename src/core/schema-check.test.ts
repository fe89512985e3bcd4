import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { draftSchema } from './event.ts';
import { rawCheck } from './json/raw-check.ts';
import { RawJson } from './json/raw-json.ts';
import { schemaCheck } from './schema-check.ts';

const accepts = schemaCheck(draftSchema);
const acceptsRaw = rawCheck(draftSchema);
const fits = (text: string) => draftSchema.safeParse(JSON.parse(text)).success;

/** Values near every border of the schema. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    'a',
    'a\n',
    'a\u007f',
    'é'.repeat(256),
    '"'.repeat(256),
    'x'.repeat(256),
    'x'.repeat(257),
    'x'.repeat(8_193),
    'success',
  ),
  fc.constantFrom<unknown>('2026-06-20T08:14:03Z', '2026-06-20T08:14:03', '2026-02-30T08:14:03Z'),
  fc.constantFrom<unknown>(null, undefined, true, 0, -1, 999, 1_000, 1.5, 2 ** 60, [], {}, [{}]),
  fc.dictionary(
    fc.constantFrom(
      'name',
      'status',
      'duration',
      'headers',
      'before',
      'after',
      'client_ip',
      'other',
      '__proto__',
    ),
    fc.constantFrom<unknown>('x', 1, 404, null, {}, [], '41ms', 1.5),
  ),
);
const field = fc.constantFrom(...Object.keys(draftSchema.shape), 'colour', 'sequence', '__proto__');

describe('a check compiled from a schema', () => {
  it('says of every draft what the schema says', () => {
    let good = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, value), { maxLength: 3 }),
        fc.boolean(),
        (fields, named) => {
          const draft: Record<string, unknown> = named ? { action: 'GET' } : {};
          for (const [name, of] of fields) {
            Object.defineProperty(draft, name, {
              value: of,
              enumerable: true,
              configurable: true,
              writable: true,
            });
          }
          const { success } = draftSchema.safeParse(draft);
          if (success) good += 1;
          assert.equal(accepts(draft), success);
          const bytes = Buffer.from(JSON.stringify(draft));
          const json = new RawJson(bytes);
          assert.equal(acceptsRaw(json, json.read(0, bytes.length)), fits(bytes.toString()));
        },
      ),
      { numRuns: 3_000 },
    );
    assert.ok(good > 100, 'both answers were tried');
  });

  it('is not compiled from keywords that are not supported', () => {
    for (const schema of [
      z.array(z.string()),
      z.string().email(),
      z.object({ n: z.number().multipleOf(2) }),
    ]) {
      assert.throws(() => schemaCheck(schema), /Cannot compile the schema/);
    }
  });
});
