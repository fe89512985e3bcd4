import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical.ts';
import { cutLeafText, leafTextOf, withoutCommitment } from './leaf-text.ts';
import { eventTexts, personalPaths } from './personal.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 300);
const salt = new Uint8Array(16).fill(7);
const paths = personalPaths(['user.name', 'user.email', 'context.deep.er', 'context.headers', 'z']);

const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));
const person = fc.dictionary(fc.constantFrom('name', 'email', 'subject', 'a', '"'), leaf);
const events = fc.record(
  {
    action: leaf,
    details: fc.dictionary(fc.constantFrom('a', 'name'), person),
    user: fc.oneof(person, leaf, fc.array(person)),
    context: fc.record(
      { deep: fc.dictionary(fc.constantFrom('er', 'x'), leaf), headers: person, path: leaf },
      { requiredKeys: [] },
    ),
    p: leaf,
    q: leaf,
    z: leaf,
  },
  { requiredKeys: [] },
);

describe('the leaf text cut out of an event’s canonical text', () => {
  it('is that of the event itself', () => {
    fc.assert(
      fc.property(events, (event) => {
        const { body, leaf } = eventTexts(event, salt, paths);
        assert.equal(leafTextOf(body, salt, paths), leaf);
        assert.equal(leafTextOf(leaf, undefined, paths), leaf, 'redacted');
        assert.equal(leafTextOf(leaf, salt, paths), leaf, 'redacted, with its salt still known');
      }),
      { numRuns },
    );
  });

  it('does not come from a text with other content', () => {
    fc.assert(
      fc.property(events, fc.nat(), fc.nat({ max: 255 }), (event, index, change) => {
        const { body, leaf } = eventTexts(event, salt, paths);
        const bytes = Buffer.from(body);
        bytes[index % bytes.length] = change;
        const changed = bytes.toString();
        if (changed === body) return;
        let other: string | undefined;
        try {
          other = leafTextOf(changed, salt, paths);
        } catch {
          return;
        }
        assert.notEqual(other, leaf);
      }),
      { numRuns },
    );
  });

  it('does not come from a text with a duplicate key or an added personal field', () => {
    const event = { action: 'a', user: { name: 'Noor', subject: 's' } };
    const { leaf } = eventTexts(event, salt, paths);
    const body = canonicalJson(event);
    assert.equal(leafTextOf(body, salt, paths), leaf);
    for (const other of [
      body.replace('"name":"Noor"', '"name":"Noor","name":"Noor"'),
      body.replace('"name":"Noor"', '"name":"Mallory","name":"Noor"'),
      body.replace('"action":"a"', '"action":"b","action":"a"'),
      leaf.replace('"subject"', '"name":"Mallory","subject"'),
      `${body.slice(0, -1)},"z":1}`,
      ` ${body}`,
      `${body} `,
      `${body},{"action":"b"}`,
    ]) {
      assert.notEqual(other, body);
      assert.notEqual(leafTextOf(other, salt, paths), leaf, other);
    }
  });

  it('is the text itself for an event that has a commitment already, whatever was added to it', () => {
    const { leaf } = eventTexts({ action: 'a', user: { name: 'Noor' } }, salt, paths);
    for (const more of [{ user: { name: 'Mallory' } }, { context: { headers: {} } }, { z: 1 }]) {
      const forged = canonicalJson({ ...JSON.parse(leaf), ...more });
      assert.equal(leafTextOf(forged, salt, paths), forged);
    }
  });

  it('can wait for the salt, and shows the members on the way', () => {
    const body = canonicalJson({ action: 'a', user: { name: 'Noor' }, z: 1 });
    const seen: string[] = [];
    const leafText = cutLeafText(body, paths, (key, start, end) => {
      seen.push(`${key}=${body.slice(start, end)}`);
    });
    assert.deepEqual(seen, ['action="a"', 'user={"name":"Noor"}', 'z=1']);
    assert.equal(leafText(salt), eventTexts(JSON.parse(body), salt, paths).leaf);
    assert.equal(leafText(undefined), body);
  });
});

describe('a leaf text without its commitment', () => {
  it('is the same for every salt, and another for every other event', () => {
    const event = { action: 'a', user: { name: 'Noor', subject: 's' }, zone: 'z' };
    const texts = [salt, new Uint8Array(16).fill(8)].map((blind) =>
      withoutCommitment(eventTexts(event, blind, paths).leaf),
    );
    assert.equal(texts[0], texts[1]);
    // Name and comma remain: only the hash is of no use for comparing.
    assert.equal(texts[0], '{"action":"a","personal":,"user":{"subject":"s"},"zone":"z"}');
    const other = eventTexts({ ...event, zone: 'other' }, salt, paths).leaf;
    assert.notEqual(withoutCommitment(other), texts[0]);
  });

  it('is not there where nothing is committed to', () => {
    for (const event of [{}, { action: 'a' }, { user: { personal: 'x' } }]) {
      assert.equal(withoutCommitment(canonicalJson(event)), undefined);
    }
  });
});
