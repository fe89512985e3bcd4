/** Clients that disconnect before their response: no work goes on for them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { pino } from 'pino';
import { AnnalsError } from '../core/errors.ts';
import { createCockroachdbServer } from '../dialects/cockroachdb/server.ts';
import { createUpcloudServer } from '../dialects/upcloud/server.ts';
import { sendChunksDirectly } from '../http/send.ts';
import type { EventStore } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { TestApp } from './app.fixture.ts';
import type { MountedDialect } from './mounts.ts';
import { appOf } from './route.ts';
import { thalassaTrailRoutes } from './trail/routes.ts';

const dialects: readonly MountedDialect[] = [
  {
    paths: [],
    prefixes: ['/pure'],
    server: (dependencies) => appOf(thalassaTrailRoutes(dependencies)),
  },
  { paths: ['/1.3'], prefixes: ['/upcloud'], server: createUpcloudServer() },
  { paths: ['/api/v1/auditlogevents'], server: createCockroachdbServer() },
];

/** A store in which calls of one method wait until their client has disconnected. */
function storeThatHolds(method: keyof EventStore, called: () => void): EventStore {
  const memory = createMemoryStore();
  const hold = async (signal: AbortSignal | undefined): Promise<never> => {
    called();
    if (signal === undefined) assert.fail(`${method} has no signal of its client`);
    if (!signal.aborted) await once(signal, 'abort');
    throw new AnnalsError('abandoned', 'The client has disconnected');
  };
  const withSignal = (signal?: AbortSignal): EventStore =>
    new Proxy(memory, {
      get(target, property) {
        if (property === 'withSignal') return withSignal;
        if (property === method) {
          if (method !== 'scan') return () => hold(signal);
          return async function* () {
            yield await hold(signal);
          };
        }
        const value = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return withSignal();
}

async function serve(t: TestContext, method: keyof EventStore) {
  const called = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  void ended.promise.then(() => called.reject(new Error(`${method} was not called`)));
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  const app = new TestApp({ store: storeThatHolds(method, called.resolve), dialects, log });
  const organisation = await app.organisation();
  await app.ledger.record(organisation.identity, [{ action: 'a' }]);
  const key = await app.key('org-auditor', organisation);
  const respond = sendChunksDirectly(async (request, env) => app.serve(request, env));
  const listener = getRequestListener(
    (request, env) => respond(request, env as HttpBindings).finally(ended.resolve),
    { overrideGlobalObjects: false },
  );
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { key, port, logged, called: called.promise, ended: ended.promise };
}

describe('a client that disconnects', () => {
  for (const [path, method] of [
    ['/v1/audit', 'countedLines'],
    ['/v1/audit?searchText=x', 'countedLines'],
    ['/v1/audit?fromSequence=0', 'scan'],
    ['/v1/audit/filter-options', 'distinct'],
    ['/v1/audit/histogram?from=2026-06-01&to=2026-06-02', 'histogram'],
    ['/v1/audit/facets', 'facetCounts'],
    ['/v1/audit/stream?fromSequence=0', 'scan'],
    ['/v1/audit/some-event', 'get'],
    ['/v1/audit/export?format=ndjson', 'listLines'],
    ['/v1/audit/export?format=json', 'listLines'],
    ['/v1/audit/export?format=csv&redact=personal', 'list'],
    ['/pure/v1/audit', 'list'],
    ['/pure/v1/audit/export', 'list'],
    ['/1.3/audit-logs', 'list'],
    ['/1.3/audit-logs?q=x', 'count'],
    ['/upcloud/1.3/audit-logs?actions=create', 'distinct'],
    ['/1.3/audit-logs/export', 'scan'],
    ['/1.3/audit-logs/01JZ0000000000000000000000', 'get'],
    ['/api/v1/auditlogevents', 'sequenceAt'],
    ['/api/v1/auditlogevents', 'scan'],
  ] as const) {
    it(`ends ${method} for ${path}, and nothing is logged`, async (t) => {
      const { key, port, called, ended, logged } = await serve(t, method);
      const client = connect(port, '127.0.0.1');
      client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`);
      await called;
      client.destroy();
      await ended;
      assert.deepEqual(logged, []);
    });
  }
});
