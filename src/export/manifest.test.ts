import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { parseInstant } from '../core/micros.ts';
import { isCompleteManifest, type ManifestFacts, manifestText } from './manifest.ts';
import { manifestSchema, parseManifest } from './manifest-schema.ts';

const at = (text: string) => parseInstant(text) as number;
const window = { from: at('2026-06-01T00:00:00Z'), to: at('2026-06-02T00:00:00Z') };
const entry = { id: 'e1', at: window.from + 1 };
const file = { name: 'a.json', entries: 1, bytes: 10, sha256: 'ab', first: entry, last: entry };

/** With as little as a manifest can have. */
const least: ManifestFacts = {
  query: {
    origin: { kind: 'annals', endpoint: 'http://annals.test' },
    window,
    timezone: 'UTC',
    split: undefined,
    filters: {},
    format: 'json',
    envelope: undefined,
    compress: undefined,
    shape: 'native',
  },
  fingerprint: 'f00d',
  appliedFilters: { bySource: {}, byClient: {} },
  startedAt: window.to,
  outputFiles: [{ index: 0, total: 1, name: 'a.json', window }],
  files: [{ name: 'a.json', entries: 0, bytes: 3, sha256: 'cd' }],
};

const filters = {
  searchText: 'x',
  serviceAccount: 'sa',
  userIdentity: 'u',
  impersonatorIdentity: 'i',
  actions: ['GET'],
  resourceTypes: ['vpc'],
  resourceIdentity: 'r',
  organizationIdentity: 'o',
  includeSystemServices: true,
  responseStatus: 404,
};

/** With everything that a manifest can have. */
const most: ManifestFacts = {
  ...least,
  query: {
    ...least.query,
    origin: { ...least.query.origin, organisation: 'acme' },
    since: '24h',
    split: 'daily',
    filters,
    envelope: 'tcloud',
    compress: 'zstd',
    redact: 'personal',
  },
  appliedFilters: { bySource: filters, byClient: filters },
  files: [file],
  proof: { name: 'a.proof.ndjson', bytes: 5, sha256: 'ef' },
  keptFrom: 7,
  incomplete: { reason: 'interrupted', continueWith: 'annals export --resume' },
};

describe('a manifest', () => {
  for (const [name, facts] of Object.entries({ least, most })) {
    it(`with the ${name} it can have is read by the schema, which knows each of its members`, () => {
      const text = manifestText(facts);
      const strict = z.strictObject(manifestSchema.shape).parse(JSON.parse(text));
      assert.deepEqual(strict, JSON.parse(text));
      const { complete, reason, keptFrom, files, proof } = parseManifest(text);
      assert.equal(complete, facts.incomplete === undefined);
      assert.equal(reason, facts.incomplete?.reason);
      assert.equal(keptFrom, facts.keptFrom);
      assert.deepEqual(proof, facts.proof);
      assert.deepEqual(
        files.map(({ name, entries }) => [name, entries]),
        facts.files.map(({ name, entries }) => [name, entries]),
      );
    });
  }

  it('is complete only with all of its files', () => {
    assert.equal(parseManifest(manifestText({ ...least, files: [] })).complete, false);
  });

  it('that is not one is named as such', () => {
    const wrong = { ...JSON.parse(manifestText(least)), files: [{ ...file, name: '../a.json' }] };
    for (const text of ['', 'null', '[]', '{"manifestVersion":2}', JSON.stringify(wrong)]) {
      assert.throws(() => parseManifest(text), {
        code: 'corrupt',
        message: /^it is not a manifest/,
      });
    }
  });

  describe('shows an export as done', () => {
    const text = manifestText(least);

    it('when it is the one of this query, was begun after its window, and is complete', () => {
      assert.equal(isCompleteManifest(text, 'f00d', window), true);
    });

    it('and not otherwise', () => {
      const early = manifestText({ ...least, startedAt: window.to - 1 });
      const incomplete = { reason: 'interrupted', continueWith: 'x' };
      const { from, to } = window;
      for (const [manifest, fingerprint, range] of [
        [text, 'other', window],
        [text, 'f00d', { from, to: to - 1 }],
        [early, 'f00d', window],
        [manifestText({ ...least, incomplete }), 'f00d', window],
        ['{}', 'f00d', window],
        ['null', 'f00d', window],
        ['{"window":null}', 'f00d', window],
        ['no JSON', 'f00d', window],
      ] as const) {
        assert.equal(isCompleteManifest(manifest, fingerprint, range), false, manifest);
      }
    });
  });
});
