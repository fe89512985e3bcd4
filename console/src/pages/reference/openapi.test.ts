import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type ApiDocument, curlOf, exampleOf, groupsOf, typeText } from './openapi.ts';

const document: ApiDocument = {
  info: { version: '1' },
  tags: [{ name: 'keys', description: 'API keys' }, { name: 'trail' }],
  components: {
    schemas: {
      KeyRequest: {
        type: 'object',
        required: ['name', 'role', 'until', 'parts'],
        properties: {
          name: { type: 'string' },
          role: { enum: ['writer', 'org-auditor'] },
          until: { type: 'string', format: 'date-time' },
          parts: { type: 'array', items: { type: 'integer', minimum: 1 } },
          rest: { type: 'string' },
        },
      },
      Tree: {
        type: 'object',
        required: ['child'],
        properties: { child: { $ref: '#/components/schemas/Tree' } },
      },
    },
  },
  paths: {
    '/v1/audit': { get: { operationId: 'listEvents', tags: ['trail'], summary: 'List events' } },
    '/v1/keys': {
      get: { operationId: 'listKeys', tags: ['keys'], summary: 'List keys' },
      post: {
        operationId: 'createKey',
        tags: ['keys'],
        summary: 'Create a key',
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/KeyRequest' } } },
        },
      },
    },
    '/healthz/{part}': {
      get: {
        operationId: 'health',
        security: [],
        parameters: [{ name: 'at', in: 'query', required: true, schema: { type: 'integer' } }],
      },
    },
  },
};

const found = (search: string) =>
  groupsOf(document, search).flatMap(({ operations }) => operations.map((one) => one.operationId));

it('groups operations by tag, in the order of the tags, and loses none', () => {
  assert.deepEqual(found(''), ['listKeys', 'createKey', 'listEvents', 'health']);
  assert.deepEqual(
    groupsOf(document, '').map(({ name }) => name),
    ['keys', 'trail', 'other'],
  );
});

it('finds operations by words of their method, path, name and parameters', () => {
  assert.deepEqual(found('POST keys'), ['createKey']);
  assert.deepEqual(found('list'), ['listKeys', 'listEvents']);
  assert.deepEqual(found('nothing'), []);
});

it('makes examples that have what is required, and ends where schemas do not', () => {
  const of = (name: string) => exampleOf({ $ref: `#/components/schemas/${name}` }, document);
  assert.deepEqual(of('KeyRequest'), {
    name: '…',
    role: 'writer',
    until: '2026-06-01T00:00:00Z',
    parts: [1],
  });
  assert.ok(JSON.stringify(of('Tree')).length < 200);
});

it('writes a line for curl, with the key from a file where one is needed', () => {
  const operations = groupsOf(document, '').flatMap((group) => group.operations);
  const line = (id: string) => curlOf(operations.find((one) => one.operationId === id)!, document);
  assert.equal(line('health'), 'curl "$ANNALS_API/healthz/<part>?at=0"');
  assert.equal(
    line('createKey'),
    [
      'curl -X POST "$ANNALS_API/v1/keys"',
      '-H @acme.header',
      "-H 'Content-Type: application/json'",
      '-d \'{"name":"…","role":"writer","until":"2026-06-01T00:00:00Z","parts":[1]}\'',
    ].join(' \\\n  '),
  );
});

it('names types in a few words', () => {
  assert.equal(typeText({ items: { $ref: '#/components/schemas/Tree' }, type: 'array' }), 'Tree[]');
  assert.equal(typeText({ enum: ['asc', 'desc'] }), '"asc" or "desc"');
  assert.equal(typeText({ type: 'string', format: 'date-time' }), 'string, date-time');
  assert.equal(typeText({}), 'anything');
});
