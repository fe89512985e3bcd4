import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { DialectDependencies } from '../dialects/dialect.ts';
import { type PasskeyRouteDependencies, passkeySessionRoutes } from './admin/passkeys.ts';
import { sessionRoutes } from './admin/sessions.ts';
import { TestApp } from './app.fixture.ts';
import { trailRoutes } from './trail/routes.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly allowEmptyValue?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<
      string,
      { readonly content: Content; readonly headers?: Readonly<Record<string, object>> }
    >
  >;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** They are for operators and their machines, and not described. */
const operations = ['/healthz', '/readyz', '/metrics', '/openapi.json'];
/** One route of the server, and in the document one for each kind of tile. */
const tileRoute = '/v1/audit/tile/*';
const tilePaths = ['/v1/audit/tile/{L}/{N}', '/v1/audit/tile/entries/{N}'];

describe('the API document', () => {
  const app = new TestApp();
  let document: Document;
  let described: readonly { method: string; path: string; operation: Operation }[];
  const operation = (method: string, path: string): Operation => {
    const found = document.paths[path]?.[method];
    assert.ok(found, `${method} ${path}`);
    return found;
  };
  const parameter = (path: string, name: string) => {
    const found = operation('get', path).parameters.find((one) => one.name === name);
    assert.ok(found, name);
    return found;
  };

  before(async () => {
    document = await app.json<Document>('GET', '/openapi.json');
    described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => ({ method, path, operation: one })),
    );
  });

  it('describes every route that the server has, and no other', () => {
    // Those of the trail and of sessions are in applications of their own, which have nothing but these.
    const trail = trailRoutes({} as DialectDependencies, app.streams);
    const nothing = {} as PasskeyRouteDependencies;
    const sessions = [...passkeySessionRoutes(nothing), ...sessionRoutes(nothing)];
    const served = [...app.hono.routes, ...trail, ...sessions]
      .filter(({ method, path }) => method !== 'ALL' && !operations.includes(path))
      .flatMap(({ method, path }) =>
        (path === tileRoute ? tilePaths : [path.replaceAll(/:(\w+)/g, '{$1}')]).map(
          (one) => `${method} ${one}`,
        ),
      );
    const inDocument = described.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    assert.deepEqual(inDocument.sort(), [...new Set(served)].sort());
    assert.ok(served.length > 15);
  });

  it('leads to routes that need a credential', async () => {
    for (const { method, path } of described) {
      const { status } = await app.request(method.toUpperCase(), path.replaceAll(/[{}]/g, ''));
      // These find a credential in the body, or in what a browser answers.
      const inBody = /^\/oidc\/token$|^\/v1\/passkeys|^\/v1\/sessions(\/passkey)?$/.test(path);
      const expected = path === '/v1/sessions/passkey/options' ? 200 : 401;
      assert.equal(status, inBody && method === 'post' ? 400 : expected, `${method} ${path}`);
    }
  });

  it('names every operation, each differently', () => {
    const names = described.map(({ operation: { operationId } }) => operationId);
    for (const name of names) assert.match(name, /^[a-z][A-Za-z]+$/);
    assert.equal(new Set(names).size, names.length);
  });

  it('names the schema of every JSON body, so that a generated client has a type for it', () => {
    const isJson = (mediaType: string) => /json$|form-urlencoded$/.test(mediaType);
    for (const { path, operation: one } of described) {
      const bodies = [one.requestBody, ...Object.values(one.responses)];
      for (const [mediaType, { schema }] of bodies.flatMap((body) =>
        Object.entries(body?.content ?? {}),
      )) {
        if (!isJson(mediaType) || mediaType === 'application/x-ndjson') continue;
        assert.match(schema.$ref ?? '', /^#\/components\/schemas\/[A-Z]\w+$/, path);
      }
    }
  });

  it('has no schema whose name Go would give to the constructor of another', () => {
    const names = Object.keys(document.components.schemas);
    for (const name of names) assert.ok(!names.includes(`New${name}`), name);
  });

  it('has a schema behind every reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
    assert.ok(references.length > 20);
    for (const [, path = ''] of references) {
      const found = path
        .split('/')
        .reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], document);
      assert.equal(typeof found, 'object', path);
    }
    assert.doesNotMatch(JSON.stringify(document), /"definitions"|"\$defs"/);
  });

  it('has patterns that other languages can read', () => {
    const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)];
    assert.ok(patterns.length > 5);
    for (const [, text = '""'] of patterns) {
      assert.doesNotMatch(JSON.parse(text), /\\[pPu]|\(\?[=!<]/, text);
    }
  });

  it('describes each parameter by the schema that reads it', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const status = async (query: string) =>
      (await app.request('GET', `/v1/audit?${query}`, { key })).status;
    for (const name of ['page', 'limit']) {
      const { schema } = parameter('/v1/audit', name);
      assert.deepEqual([schema.type, schema.minimum], ['integer', 1]);
      assert.equal(await status(`${name}=0`), 400);
      assert.equal(await status(`${name}=1`), 200);
    }
    assert.equal(parameter('/v1/audit', 'includeSystemServices').schema.type, 'boolean');
    assert.equal(parameter('/v1/audit', 'action').schema.items?.type, 'string');
    assert.equal(await status('action=a&action=b'), 200);
    for (const { path, operation: one } of described) {
      for (const { name, description } of one.parameters) assert.ok(description, `${path} ${name}`);
    }
  });

  it('says that a parameter may be empty, unless it must be there', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const status = async (path: string) => (await app.request('GET', path, { key })).status;
    assert.equal(parameter('/v1/audit', 'snapshot').allowEmptyValue, true);
    assert.equal(await status('/v1/audit?snapshot='), 200);
    assert.equal(parameter('/v1/audit/checkpoint', 'size').allowEmptyValue, true);
    assert.equal(await status('/v1/audit/checkpoint?size='), 200);
    const from = parameter('/v1/audit/proof/consistency', 'from');
    assert.deepEqual([from.required, from.allowEmptyValue], [true, undefined]);
    assert.equal(await status('/v1/audit/proof/consistency?from='), 400);
  });

  it('has the negated filters as members of one parameter, for generators that name by letters', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const { schema } = parameter('/v1/audit', 'without');
    const members = Object.entries(schema.properties ?? {});
    const filters = ['action', 'outcome', 'responseStatus', 'searchText', 'userIdentity'];
    for (const name of filters) assert.ok(schema.properties?.[`-${name}`], name);
    for (const [name, { type, description }] of members) {
      assert.ok(description, name);
      const value = name === '-outcome' ? 'failure' : '404';
      assert.equal(type, name === '-responseStatus' ? 'integer' : 'string', name);
      const { status } = await app.request('GET', `/v1/audit?${name}=${value}`, { key });
      assert.equal(status, 200, name);
    }
  });

  it('says of `after` what the server takes', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const pattern = new RegExp(parameter('/v1/audit/export', 'after').schema.pattern ?? '^$');
    for (const [after, status] of [
      ['0/0', 400],
      ['2026-06-20T08:14:03.512904Z/41', 200],
      ['2026-06-20T08:14:03+02:00/0', 200],
      ['2026-06-20T08:14:03Z', 400],
    ] as const) {
      const query = new URLSearchParams({ after });
      const response = await app.request('GET', `/v1/audit/export?${query}`, { key });
      assert.equal(response.status, status, after);
      assert.equal(pattern.test(after), status === 200, after);
    }
  });

  it('has every member of a list, by pages, by cursor and by sequence', async () => {
    const organisation = await app.organisation();
    const key = await app.key('org-auditor', organisation);
    await app.ledger.record(organisation.identity, [{ action: 'a' }, { action: 'b' }]);
    const { schema } = operation('get', '/v1/audit').responses[200]!.content['application/json']!;
    const list = document.components.schemas[schema.$ref!.split('/').at(-1)!];
    for (const query of ['limit=1', 'limit=1&cursor=', 'fromSequence=0&limit=1']) {
      const body = await app.json<object>('GET', `/v1/audit?${query}`, { key });
      for (const name of Object.keys(body)) assert.ok(list?.properties?.[name], name);
      for (const name of list?.required ?? []) assert.ok(name in body, name);
    }
  });

  it('says of a value that may be null what clients of version 3.0 read', () => {
    const { quotas } = document.components.schemas.QuotasChange?.properties ?? {};
    const { type, nullable, maximum } = quotas?.properties?.bytesPerDay ?? {};
    assert.deepEqual([type, nullable, maximum], ['integer', true, 999_999_999_999]);
    assert.ok(!JSON.stringify(document).includes('"null"'));
  });

  it('describes ranges of a multiproof as pairs of numbers', () => {
    const { runs } = document.components.schemas.MultiproofRequest?.properties ?? {};
    assert.deepEqual(
      [runs?.type, runs?.items?.type, runs?.items?.items?.type],
      ['array', 'array', 'integer'],
    );
  });

  it('has a maximum for every list in a request, and names every member of its objects', () => {
    let [lists, objects] = [0, 0];
    // A draft may have free members: the size of an event limits all of it. A form may have any (RFC 6749, 3.2), and so
    // may what browsers say of passkeys.
    const open = new Set(['Draft', 'TokenRequest', 'PasskeyAttestation', 'PasskeyAssertion']);
    const check = (schema: Schema, where: string) => {
      if (schema.$ref !== undefined) {
        const name = schema.$ref.split('/').at(-1)!;
        if (!open.has(name)) check(document.components.schemas[name]!, name);
      } else if (schema.type === 'array') {
        lists += 1;
        assert.ok(Number.isInteger(schema.maxItems), `${where} has no maximum`);
        check(schema.items!, `${where}[]`);
      } else if (schema.type === 'object') {
        objects += 1;
        assert.equal(schema.additionalProperties, false, `${where} may have any member`);
        for (const [name, member] of Object.entries(schema.properties ?? {})) {
          check(member, `${where}.${name}`);
        }
      }
      for (const one of schema.anyOf ?? []) check(one, where);
    };
    for (const { path, operation: one } of described) {
      for (const { name, schema } of one.parameters) check(schema, `${path}?${name}`);
      for (const { schema } of Object.values(one.requestBody?.content ?? {})) check(schema, path);
    }
    assert.ok(lists > 5 && objects > 3, `${lists} lists, ${objects} objects`);
  });

  it('describes the headers of requests and responses of lists and exports', async () => {
    const organisation = await app.organisation();
    const key = await app.key('org-auditor', organisation);
    await app.ledger.record(organisation.identity, [{ action: 'a' }, { action: 'b' }]);
    const requested = { 'Accept-Encoding': 'zstd' };
    const ofEvery = ['content-type', 'x-content-type-options', 'cache-control', 'vary'];
    for (const [path, query] of [
      ['/v1/audit', 'limit=1'],
      ['/v1/audit/export', ''],
    ] as const) {
      const { parameters, responses } = operation('get', path);
      const inDocument = Object.keys(responses[200]?.headers ?? {}).map((name) =>
        name.toLowerCase(),
      );
      const { headers } = await app.request('GET', `${path}?${query}`, { key, headers: requested });
      for (const name of headers.keys()) {
        if (!ofEvery.includes(name)) assert.ok(inDocument.includes(name), `${path}: ${name}`);
      }
      const names = parameters.filter((one) => one.in === 'header').map(({ name }) => name);
      const isPacked = headers.get('content-encoding') === 'zstd';
      assert.deepEqual(names, isPacked ? ['Accept-Encoding'] : [], path);
    }
  });
});
