import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Facet, facetsOf } from './facets.ts';
import { type Condition, matches } from './filter.ts';

const event = (fields: Record<string, unknown>) => ({
  createdAt: 0,
  facets: facetsOf(fields),
  description: undefined,
});

const meets = (fields: Record<string, unknown>, condition: Condition) =>
  matches({ conditions: [condition] }, event(fields));

test('an event without the facet meets a condition only when absence is allowed', () => {
  const strict: Condition = { facets: ['origin'], values: ['api'] };
  const lenient = { ...strict, orAbsent: true };
  assert.equal(meets({ action: 'GET' }, strict), false);
  assert.equal(meets({ action: 'GET' }, lenient), true);
  assert.equal(meets({ context: { origin: '' } }, lenient), true, 'an empty value is no value');
  assert.equal(meets({ context: { origin: 'gui' } }, lenient), false);
  assert.equal(meets({ context: { origin: 'api' } }, lenient), true);
});

test('one absent facet of several is enough when absence is allowed', () => {
  const lenient: Condition = { facets: ['origin', 'clientIp'], values: ['api'], orAbsent: true };
  assert.equal(meets({ context: { origin: 'gui' } }, lenient), true);
  assert.equal(meets({ context: { origin: 'gui', client_ip: '192.0.2.1' } }, lenient), false);
});

test('no event meets a condition without values and without absence', () => {
  assert.equal(meets({ context: { origin: 'api' } }, { facets: ['origin'], values: [] }), false);
  assert.equal(meets({}, { facets: ['origin'], values: [] }), false);
  assert.equal(meets({}, { facets: ['origin'], values: [], orAbsent: true }), true);
});

test('a negated condition and a text to leave out keep exactly the other events', () => {
  const value = fc.constantFrom('api', 'GUI', 'gui', 'İ');
  const condition: fc.Arbitrary<Condition> = fc.record({
    facets: fc.uniqueArray(fc.constantFrom<Facet>('action', 'origin', 'outcome'), { maxLength: 3 }),
    values: fc.uniqueArray(value, { maxLength: 3 }),
    orAbsent: fc.boolean(),
  });
  const fields = fc.record(
    { action: value, outcome: value, description: value, context: fc.record({ origin: value }) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fields, condition, value, (fields, condition, text) => {
      const described = { ...event(fields), description: fields.description };
      assert.equal(meets(fields, { ...condition, negated: true }), !meets(fields, condition));
      assert.equal(matches({ withoutTexts: [text] }, described), !matches({ text }, described));
    }),
  );
});
