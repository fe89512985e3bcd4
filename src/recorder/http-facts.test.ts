import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type HttpRequest, outcomeFacts, requestFacts } from './http-facts.ts';
import { isSecretName } from './secrets.ts';

const runs = Number(process.env.ANNALS_PROPERTY_RUNS ?? 300);

function request(target: string, headers: Record<string, string> = {}): HttpRequest {
  const lower = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const header = (name: string) => lower.get(name);
  return { method: 'GET', target, peerAddress: '192.0.2.1', header };
}

const factsOf = (target: string, headers?: Record<string, string>) =>
  requestFacts(request(target, headers), 0);

test('path and url are read from every form of request target', () => {
  const forms: [string, string, string][] = [
    ['/a/b?c=1', '/a/b', '/a/b?c=1'],
    ['http://user:pw@example.org/a?c=1#d', '/a', '/a?c=1'],
    ['http://example.org', '/', '/'],
    ['//evil.example/a', '//evil.example/a', '//evil.example/a'],
    ['/a?', '/a', '/a?'],
    ['/a?b=?c', '/a', '/a?b=?c'],
    ['*', '*', '*'],
  ];
  for (const [target, path, url] of forms) {
    const facts = factsOf(target);
    assert.deepEqual([facts.path, facts.url], [path, url]);
  }
});

test('a very long text is cut', () => {
  const facts = factsOf(`/${'p'.repeat(9_000)}?${'q'.repeat(9_000)}`, {
    Accept: 'a'.repeat(9_000),
  });
  assert.equal(facts.path?.length, 4_096);
  assert.equal(facts.url?.length, 4_096);
  assert.equal(String(facts.headers?.Accept).length, 1_024);
});

test('a duration has at most three decimals, and a call without a response has no status', () => {
  assert.deepEqual(outcomeFacts({ status: 204, durationMs: 1.23456 }), {
    status: 204,
    duration: 1.235,
  });
  assert.deepEqual(outcomeFacts({ durationMs: 5 }), { duration: 5 });
});

const secret = 's3cr3t';
const secretWord = fc.constantFrom(
  'token',
  'Secret',
  'PASSWORD',
  'api-key',
  'api_key',
  'Signature',
);
const allowed = [
  'user-agent',
  'referer',
  'x-forwarded-for',
  'content-type',
  'accept',
  'x-request-id',
];

test('a header is recorded only if it is on the list, whatever its name', () => {
  const someName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/);
  const name = fc
    .oneof(
      fc.constantFrom('Authorization', 'Cookie', 'Set-Cookie', 'Proxy-Authorization', 'X-Api-Key'),
      someName,
      fc.tuple(someName, secretWord, someName).map((parts) => parts.join('-')),
    )
    .filter((header) => !allowed.includes(header.toLowerCase()));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (names) => {
      const headers = Object.fromEntries(names.map((header) => [header, secret]));
      assert.doesNotMatch(JSON.stringify(factsOf('/a', headers)), /s3cr3t/);
    }),
    { numRuns: runs },
  );
});

/** A text with some characters percent-encoded, as a client may send it. */
const encoded = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((choices) =>
      [...text]
        .map((character, at) => (choices[at] ? percent(character) : encodeURIComponent(character)))
        .join(''),
    );

const percent = (character: string) =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

test('values of secret names are in no query, whatever it looks like, and Referer has no query', () => {
  const around = fc.string({ maxLength: 5 });
  const name = fc
    .tuple(around, secretWord, around)
    .map((parts) => parts.join(''))
    .filter(isSecretName)
    .chain(encoded);
  const pair = fc.oneof(
    name.map((text) => `${text}=${secret}`),
    fc.webQueryParameters(),
  );
  const separator = fc.constantFrom('&', ';', '&&');
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 6 }), separator, (pairs, between) => {
      const query = pairs.join(between);
      const Referer = `https://u:${secret}@example.org/from?${query}#${secret}`;
      const facts = factsOf(`/a?${query}`, { Referer });
      assert.doesNotMatch(JSON.stringify(facts), /s3cr3t/);
    }),
    { numRuns: runs },
  );
});
