import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { minute, systemClock } from '../../core/micros.ts';
import { createUpcloudServer } from '../../dialects/upcloud/server.ts';
import { type SendOptions, sendChunksDirectly } from '../../http/send.ts';
import type { ListQuery, Packing } from '../../store/event-store.ts';
import { createMemoryStore } from '../../store/memory/store.ts';
import { TestApp } from '../app.fixture.ts';

/** The application behind a real socket, on a store whose reads the test can let fail. */
async function open(t: TestContext, events: number, limits?: SendOptions) {
  const memory = createMemoryStore();
  let pages = 0;
  let failAt = Number.POSITIVE_INFINITY;
  const store = new Proxy(memory, {
    get(target, property, proxy) {
      if (property === 'withSignal') return () => proxy;
      if (property === 'listLines') {
        return (organisation: string, query: ListQuery, packing?: Packing) => {
          pages += 1;
          if (pages === failAt) throw new Error('the disk is gone');
          return memory.listLines(organisation, query, packing);
        };
      }
      const value = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const app = new TestApp({ store });
  const organisation = await app.organisation();
  const key = await app.key('org-auditor', organisation);
  for (let from = 0; from < events; from += 1_000) {
    const drafts = Array.from({ length: 1_000 }, () => ({
      action: 'a',
      description: 'x'.repeat(5_000),
    }));
    await app.ledger.record(organisation.identity, drafts);
  }
  const respond = sendChunksDirectly(app.serve, limits);
  const server: Server = createServer(
    getRequestListener((request, env) => respond(request, env as HttpBindings)),
  );
  const closed = new Promise<void>((resolve) => {
    server.once('connection', (socket) => socket.once('close', () => resolve()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    key,
    pages: () => pages,
    failAt: (page: number) => {
      failAt = page;
    },
    /** Resolves once the first connection is closed. */
    closed,
  };
}

const get = (
  url: string,
  key: string,
  { method = 'GET', ...headers }: Record<string, string> = {},
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(url, { method, headers: { Authorization: `Bearer ${key}`, ...headers } }, resolve)
      .once('error', reject)
      .end();
  });

const read = async (message: IncomingMessage) => {
  let text = '';
  for await (const chunk of message) text += chunk;
  return text;
};

it('is as JSON what annals export writes: an event a line, commas at the ends of lines', async (t) => {
  const server = await open(t, 1_000);
  const bodyOf = async (query: string) =>
    read(await get(`${server.url}/v1/audit/export?${query}`, server.key));
  const lines = (await bodyOf('format=ndjson')).trimEnd().split('\n');
  assert.equal(lines.length, 1_000);
  assert.equal(await bodyOf('format=json'), `[\n${lines.join(',\n')}\n]\n`);
  assert.equal(await bodyOf('format=json&action=none'), '[]\n');
});

it('a page is sent with its length, also when only that is wanted or nothing is on it', async (t) => {
  const server = await open(t, 1_000);
  const url = `${server.url}/v1/audit?limit=3`;
  const page = await get(url, server.key);
  const body = await read(page);
  assert.equal(page.headers['content-length'], String(Buffer.byteLength(body)));
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  const { items, totalItems } = JSON.parse(body) as { items: unknown[]; totalItems: number };
  assert.deepEqual([items.length, totalItems], [3, 1_000]);
  const head = await get(url, server.key, { method: 'HEAD' });
  assert.deepEqual([head.statusCode, await read(head)], [200, '']);
  const none = JSON.parse(await read(await get(`${url}&action=none`, server.key)));
  assert.deepEqual([none.items, none.totalItems], [[], 0]);
});

/** Pages of an eighth of a megabyte that the buffers of a connection may take; two thousand events are eighty or more. */
const mostAhead = 60;

for (const format of ['json', 'ndjson', 'csv']) {
  describe(`an export as ${format}`, () => {
    it('says in its trailers that it is complete', async (t) => {
      const server = await open(t, 1_000);
      const response = await get(`${server.url}/v1/audit/export?format=${format}`, server.key);
      await read(response);
      assert.deepEqual(
        { ...response.trailers },
        { 'annals-export-complete': 'true', 'annals-export-count': '1000' },
      );
    });

    it('breaks the connection when reading fails on the way', async (t) => {
      const server = await open(t, 1_000);
      server.failAt(3);
      const response = await get(`${server.url}/v1/audit/export?format=${format}`, server.key);
      assert.equal(response.statusCode, 200);
      await assert.rejects(read(response), { code: 'ECONNRESET' });
    });

    it('stops reading when the client disconnects', async (t) => {
      const server = await open(t, 2_000);
      const response = await get(`${server.url}/v1/audit/export?format=${format}`, server.key);
      await new Promise((resolve) => response.once('data', resolve));
      response.destroy();
      await new Promise((resolve) => setTimeout(resolve, 300));
      const pages = server.pages();
      assert.ok(pages < mostAhead, `${pages} pages were read`);
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(server.pages(), pages);
    });

    it('reads no further than a client does', async (t) => {
      const server = await open(t, 2_000);
      const response = await get(`${server.url}/v1/audit/export?format=${format}`, server.key);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const pages = server.pages();
      assert.ok(pages < mostAhead, `${pages} pages were read`);
      await read(response);
      assert.equal(response.trailers['annals-export-count'], '2000');
      assert.ok(server.pages() > pages);
    });

    it('reads nothing for its head alone', async (t) => {
      const server = await open(t, 0);
      const response = await get(`${server.url}/v1/audit/export?format=${format}`, server.key, {
        method: 'HEAD',
      });
      assert.equal(response.statusCode, 200);
      assert.equal(server.pages(), 0);
    });
  });
}

describe('an export', () => {
  for (const limit of ['idleMillis', 'maxMillis'] as const) {
    it(`disconnects a client that reads nothing for longer than ${limit}`, async (t) => {
      const server = await open(t, 2_000, { [limit]: 200 });
      const response = await get(`${server.url}/v1/audit/export`, server.key);
      await server.closed;
      await assert.rejects(read(response), { code: 'ECONNRESET' });
    });
  }
});

describe('a long response whose key stops being valid', () => {
  const paths = [
    ...['json', 'csv', 'ndjson', 'ndjson&salts=true', 'ndjson&redact=personal'].map(
      (form) => `/v1/audit/export?format=${form}`,
    ),
    '/1.3/audit-logs/export?format=csv',
    '/1.3/audit-logs/export?format=json',
    '/upcloud/1.3/audit-logs/export?format=json',
    '/v1/audit/proof/multiproof',
  ];
  let now = systemClock();

  /** A response of which the first chunk is read. */
  async function begun(path: string, packing = 'identity') {
    const server = createUpcloudServer();
    const dialects = [{ paths: ['/1.3'], prefixes: ['/upcloud'], server }];
    const app = new TestApp({ clock: () => now, dialects });
    const organisation = await app.organisation();
    const key = await app.key('org-auditor', organisation, now + minute);
    const description = 'x'.repeat(1_000);
    const drafts = Array.from({ length: 1_000 }, () => ({ action: 'a', description }));
    await app.ledger.record(organisation.identity, drafts);
    const runs = Array.from({ length: 500 }, (_, index) => [index * 2, index * 2 + 1]);
    const isProof = path.endsWith('multiproof');
    let [destroyed, trailers] = [0, 0];
    const outgoing = { destroy: () => ++destroyed, addTrailers: () => ++trailers };
    const response = await app.serve(
      new Request(`http://annals.test${path}`, {
        method: isProof ? 'POST' : 'GET',
        headers: { Authorization: `Bearer ${key}`, 'Accept-Encoding': packing },
        ...(isProof && { body: JSON.stringify({ size: 1_000, runs }) }),
      }),
      { outgoing },
    );
    assert.equal(response.status, 200);
    const reader = response.body!.getReader();
    assert.equal((await reader.read()).done, false);
    const readRest = async () => {
      while (!(await reader.read()).done);
    };
    const revoke = () => app.accounts.revokeKey(key.split('_')[1]!, now);
    return { readRest, revoke, reader, outcome: () => ({ destroyed, trailers }) };
  }

  for (const path of paths) {
    const packings = path.startsWith('/v1/audit/export') ? ['identity', 'zstd'] : ['identity'];
    for (const packing of packings) {
      it(`breaks: ${path}, ${packing}`, async () => {
        for (const end of ['revoked', 'expired']) {
          const { readRest, revoke, outcome } = await begun(path, packing);
          if (end === 'revoked') await revoke();
          else now += minute;
          await assert.rejects(readRest(), { code: 'unauthenticated' });
          assert.deepEqual(outcome(), { destroyed: 1, trailers: 0 }, end);
        }
      });
    }
  }

  it('breaks also when its client reads no further', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { reader, revoke, outcome } = await begun('/v1/audit/export');
    t.mock.timers.tick(1_000);
    assert.equal(outcome().destroyed, 0);
    await revoke();
    t.mock.timers.tick(1_000);
    assert.equal(outcome().destroyed, 1);
    t.mock.timers.tick(1_000);
    assert.equal(outcome().destroyed, 1);
    await reader.cancel();
  });
});

describe('an export to a client that accepts zstd', () => {
  const zstd = { 'Accept-Encoding': 'gzip, zstd' };
  const bytesOf = async (message: IncomingMessage) => Buffer.concat(await Array.fromAsync(message));

  it('is the same content packed, in every form, with the same trailers', async (t) => {
    const server = await open(t, 1_000);
    const forms = [
      'format=json',
      'format=csv',
      'format=ndjson',
      'format=ndjson&order=desc&action=a',
      'format=ndjson&action=none',
      'format=json&action=none',
      'format=ndjson&redact=personal',
      'format=ndjson&salts=true',
    ];
    for (const form of forms) {
      const url = `${server.url}/v1/audit/export?snapshot=1000&${form}`;
      const [plain, packed] = [await get(url, server.key), await get(url, server.key, zstd)];
      const [text, bytes] = [await read(plain), await bytesOf(packed)];
      assert.equal(zstdDecompressSync(bytes).toString(), text, form);
      assert.deepEqual(packed.trailers, plain.trailers);
      assert.equal(packed.headers['content-encoding'], 'zstd');
      assert.equal(packed.headers['content-type'], plain.headers['content-type']);
      assert.equal(plain.headers['content-encoding'], undefined);
      assert.equal(plain.headers.vary, 'Accept-Encoding');
    }
  });

  it('breaks the connection when reading fails on the way', async (t) => {
    const server = await open(t, 1_000);
    server.failAt(3);
    const url = `${server.url}/v1/audit/export?format=ndjson`;
    await assert.rejects(bytesOf(await get(url, server.key, zstd)), { code: 'ECONNRESET' });
  });
});
