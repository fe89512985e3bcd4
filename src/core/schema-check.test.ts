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

  it('says the same at every border, one field at a time', () => {
    const sample: Record<string, readonly unknown[]> = {
      action: ['', 'a', 'x'.repeat(256), 'x'.repeat(257), 'a\n', 'a\u007f', '"\\', 1, null],
      eventID: ['é'.repeat(256), 'é'.repeat(257), '"'.repeat(256), '\n', '\u007f'],
      resourceIdentity: ['x'.repeat(2_048), 'x'.repeat(2_049)],
      userIdentity: ['x'.repeat(512), 'x'.repeat(513)],
      description: ['', '\n', '\u007f', 'é'.repeat(8_192), 'é'.repeat(8_193), 1],
      createdAt: ['2026-06-20T08:14:03Z', '2026-06-20T08:14:03', '', 'Z', 1],
      outcome: ['success', 'failure', 'other', '', 1],
      details: [{}, { a: 1 }, [], null, 'x'],
      serviceAccount: [{}, [], 'x'],
      changes: [{}, { before: {} }, { before: {}, after: {} }, { between: {} }, { after: [] }, []],
      user: [{}, { name: 'n', other: [1] }, { name: 1 }, { email: null }, [], 'x'],
      context: [
        ...[0, 1, 998, 999, 1_000, -1, 1.5, '404', null, true].map((status) => ({ status })),
        ...[0, 1.5, -1, '41ms', '', null, true, {}].map((duration) => ({ duration })),
        ...[{ client_ip: '' }, { client_ip: 1 }, { headers: {} }, { headers: [] }, { other: null }],
      ],
      colour: ['red'],
    };
    const seen = { good: 0, bad: 0 };
    for (const [name, values] of Object.entries(sample)) {
      for (const value of values) {
        const draft = { action: 'GET', [name]: value };
        const { success } = draftSchema.safeParse(draft);
        seen[success ? 'good' : 'bad'] += 1;
        const text = JSON.stringify(draft);
        assert.equal(accepts(draft), success, text.slice(0, 80));
        const bytes = Buffer.from(text);
        const json = new RawJson(bytes);
        assert.equal(acceptsRaw(json, json.read(0, bytes.length)), success, text.slice(0, 80));
      }
    }
    assert.ok(seen.good > 30 && seen.bad > 30, `${seen.good} good, ${seen.bad} bad`);
  });

  it('is the same for schemas that drafts do not have', () => {
    const schema = z.strictObject({
      id: z.string().min(2).max(3).exactOptional(),
      kind: z.enum(['a', 'b']).exactOptional(),
      number: z.number().exactOptional(),
      anything: z.unknown(),
    });
    const [check, checkRaw] = [schemaCheck(schema), rawCheck(schema)];
    for (const value of [
      ...['', 'i', 'id', 'ids', 'idsx', 'é', 'éé', 'ééé', 'éééé', 1].map((id) => ({ id })),
      ...['a', 'b', 'c', '', 1].map((kind) => ({ kind })),
      ...[1.5, 2 ** 60, '1', null].map((number) => ({ number })),
      ...[null, 1, 'x', [], {}].map((anything) => ({ anything })),
    ]) {
      const whole = { anything: 0, ...value };
      const { success } = schema.safeParse(whole);
      assert.equal(check(whole), success, JSON.stringify(whole));
      const bytes = Buffer.from(JSON.stringify(whole));
      const json = new RawJson(bytes);
      assert.equal(checkRaw(json, json.read(0, bytes.length)), success, JSON.stringify(whole));
    }
  });

  it('is not compiled from keywords that are not supported', () => {
    for (const [schema, keyword] of [
      [z.array(z.string()), 'type array'],
      [z.string().email(), 'format email'],
      [z.object({ n: z.number().multipleOf(2) }), 'multipleOf'],
      [z.record(z.string(), z.number()), 'additionalProperties'],
      [z.union([z.string(), z.number().min(1)]), 'anyOf'],
    ] as const) {
      const message = `Cannot compile the schema: ${keyword} is not supported`;
      assert.throws(() => schemaCheck(schema), { code: 'internal', message });
    }
  });
});
