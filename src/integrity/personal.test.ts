import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical.ts';
import {
  defaultPersonalPaths,
  eventTexts,
  isErased,
  personalPaths,
  personalPathsOf,
} from './personal.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 100);
const paths = personalPaths();
const salt = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

const event = {
  eventID: 'evt-1',
  sequence: 7,
  action: 'DELETE',
  user: { subject: 'usr-1', name: 'Noor Visser', email: 'noor@example.org' },
  impersonator: { name: 'Support' },
  context: { status: 204, client_ip: '203.0.113.24', headers: { Accept: '*/*' } },
  recordedAt: '2026-06-20T08:14:03.612904Z',
};

describe('the texts of an event', () => {
  it('are the whole event, and the event with a commitment in place of its personal fields', () => {
    const personal =
      '{"context":{"client_ip":"203.0.113.24","headers":{"Accept":"*/*"}},' +
      '"impersonator":{"name":"Support"},"user":{"email":"noor@example.org","name":"Noor Visser"}}';
    const commitment = createHash('sha256').update(salt).update(personal).digest('hex');
    assert.deepEqual(eventTexts(event, salt, paths), {
      body: canonicalJson(event),
      leaf:
        '{"action":"DELETE","context":{"status":204},"eventID":"evt-1","impersonator":{},' +
        `"personal":"${commitment}","recordedAt":"2026-06-20T08:14:03.612904Z","sequence":7,` +
        '"user":{"subject":"usr-1"}}',
      personal: true,
    });
  });

  it('are equal, and need no salt, when nothing is personal', () => {
    for (const plain of [
      { action: 'GET' },
      { action: 'GET', user: { subject: 'usr-1' }, context: {} },
      { user: 'Noor', context: [{ client_ip: '203.0.113.24' }], impersonator: null },
    ]) {
      const body = canonicalJson(plain);
      assert.deepEqual(eventTexts(plain, undefined, paths), { body, leaf: body, personal: false });
    }
  });

  it('have the commitment where its key sorts, whatever is around it', () => {
    const keys = fc.constantFrom('', 'a', 'persona', 'personal ', 'personal!', 'personals', 'z');
    fc.assert(
      fc.property(fc.uniqueArray(keys), (others) => {
        const around = Object.fromEntries(others.map((key) => [key, 1]));
        const { leaf } = eventTexts({ ...around, secret: 'x' }, salt, personalPaths(['secret']));
        assert.equal(leaf, canonicalJson(JSON.parse(leaf)));
        const { personal, ...rest } = JSON.parse(leaf);
        assert.match(personal, /^[0-9a-f]{64}$/);
        assert.deepEqual(rest, around);
      }),
      { numRuns },
    );
  });

  it('lose only the personal fields, and these entirely', () => {
    fc.assert(
      fc.property(events, (some) => {
        const { body, leaf, personal } = eventTexts(some, salt, paths);
        assert.deepEqual(JSON.parse(body), some);
        assert.ok(!leaf.includes('secret'));
        assert.equal(personal, body.includes('secret'));
        const { personal: _, ...rest } = JSON.parse(leaf);
        assert.deepEqual(rest, withoutSecrets(some));
      }),
      { numRuns },
    );
  });

  it('have another leaf for every other event and every other salt', () => {
    const leafOf = (some: object, blind = salt) => eventTexts(some, blind, paths).leaf;
    const others = [
      { ...event, sequence: 8 },
      { ...event, user: { ...event.user, name: 'Noor Visse' } },
      { ...event, user: { subject: 'usr-1', name: 'Noor Visser' } },
      { ...event, user: { ...event.user, name: 'noor@example.org', email: 'Noor Visser' } },
      { ...event, impersonator: {} },
      { ...event, context: { ...event.context, headers: {} } },
      { ...event, context: { ...event.context, user_agent: '' } },
    ].map((other) => leafOf(other));
    const all = [leafOf(event), leafOf(event, Buffer.alloc(16)), ...others];
    assert.equal(new Set(all).size, all.length);
  });

  it('cannot be written with personal fields but no salt', () => {
    for (const wrong of [undefined, new Uint8Array(), new Uint8Array(15), new Uint8Array(17)]) {
      assert.throws(() => eventTexts(event, wrong, paths), { code: 'invalid', message: /salt/ });
    }
  });
});

describe('an erased event', () => {
  it('is the leaf text, and so has the same leaf', () => {
    const { leaf } = eventTexts(event, salt, paths);
    const erased = JSON.parse(leaf);
    assert.ok(isErased(erased) && !isErased(event));
    assert.deepEqual(eventTexts(erased, undefined, paths), { body: leaf, leaf, personal: false });
  });

  it('cannot get a personal field back unnoticed', () => {
    const { leaf } = eventTexts(event, salt, paths);
    const forged = { ...JSON.parse(leaf), user: { subject: 'usr-1', name: 'Mallory' } };
    assert.notEqual(eventTexts(forged, salt, paths).leaf, leaf);
    const body = canonicalJson(forged);
    assert.deepEqual(eventTexts(forged, salt, paths), { body, leaf: body, personal: false });
  });
});

describe('personal paths', () => {
  it('may overlap, in any order: the shorter one includes the longer', () => {
    const wide = eventTexts(event, salt, personalPaths(['user']));
    for (const list of [
      ['user', 'user.name'],
      ['user.name', 'user'],
      ['user.name.first', 'user', 'user.email'],
    ]) {
      assert.deepEqual(eventTexts(event, salt, personalPaths(list)), wide);
    }
    assert.ok(!wide.leaf.includes('usr-1'));
  });

  it('lead through objects only', () => {
    const some = { a: [{ name: 'x' }], b: { name: 'y' } };
    const { leaf } = eventTexts(some, salt, personalPaths(['a.name', 'b.name', 'c.name']));
    const { personal: _, ...rest } = JSON.parse(leaf);
    assert.deepEqual(rest, { a: [{ name: 'x' }], b: {} });
  });

  it('cannot be those of fields that the log needs', () => {
    const needed = ['action', 'createdAt', 'eventID', 'recordedAt', 'sequence'];
    const own = ['organizationIdentity', 'personal', 'personal.x'];
    for (const path of ['', 'a.', '.a', 'a..b', ...needed, ...own]) {
      assert.throws(() => personalPaths([path]), { code: 'invalid' }, path);
    }
  });

  it('of an organisation are the default ones and its own', () => {
    assert.deepEqual(personalPathsOf({ personalPaths: ['details.phone'] }), [
      ...defaultPersonalPaths,
      'details.phone',
    ]);
    assert.deepEqual(personalPathsOf({}), defaultPersonalPaths);
    assert.deepEqual(personalPathsOf(undefined), defaultPersonalPaths);
  });
});

/** Events in which only the personal fields say `secret`; as JSON has them, without -0. */
const secrets = fc.constantFrom('secret', 'secret \u20ac "2"');
const person = fc.record(
  { subject: fc.string(), name: secrets, email: secrets, more: fc.jsonValue() },
  { requiredKeys: [] },
);
const context = fc.record(
  {
    status: fc.integer(),
    client_ip: secrets,
    user_agent: secrets,
    headers: fc.dictionary(fc.string(), secrets, { minKeys: 1 }),
  },
  { requiredKeys: [] },
);
const events = fc
  .record(
    { action: fc.string(), user: person, impersonator: person, context, details: fc.jsonValue() },
    { requiredKeys: [] },
  )
  .map((some): typeof some => JSON.parse(JSON.stringify(some)));

function withoutSecrets(
  some: Partial<Record<'user' | 'impersonator' | 'context', Record<string, unknown>>>,
): object {
  const rest = structuredClone(some);
  for (const key of ['name', 'email']) {
    delete rest.user?.[key];
    delete rest.impersonator?.[key];
  }
  for (const key of ['client_ip', 'user_agent', 'headers']) delete rest.context?.[key];
  return rest;
}
