import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { createHttpSend } from '../../client/http-send.ts';
import { AnnalsError } from '../../core/errors.ts';
import { formatInstant, type Micros, minute, parseInstant } from '../../core/micros.ts';
import { nativeSource } from './client.ts';

const from = parseInstant('2026-06-01T00:00:00Z') as Micros;
const window = { from, to: from + 100 * minute };

const lines = Array.from({ length: 20 }, (_, sequence) =>
  JSON.stringify({
    eventID: `e${sequence}`,
    createdAt: formatInstant(from + sequence * minute),
    sequence,
  }),
);
const body = (sent: readonly string[]) => sent.map((line) => `${line}\n`).join('');

type Respond = (query: URLSearchParams, response: ServerResponse, number: number) => void;

/** The list of what is left, for a client that wants to know whether that is nothing. */
const rest: Respond = (query, response) => {
  const after = query.get('after');
  const left = lines.slice(after === null ? 0 : Number(after.split('/')[1]) + 1);
  response.setHeader('Content-Type', 'application/json');
  response.end(`[${left.join(',')}]\n`);
};

/**
 * Exports from a server that responds as given, and to questions for the rest as given. Returns the ids received and the
 * queries sent, those for the rest apart.
 */
async function exportFrom(respond: Respond, { maxRetries = 3, confirm = rest } = {}) {
  const queries: URLSearchParams[] = [];
  const confirmations: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    // The number of events is asked for beside the export, and nothing waits for it.
    if (pathname !== '/v1/audit/export') {
      response.statusCode = 404;
      return response.end();
    }
    if (query.get('format') === 'json') {
      confirmations.push(query);
      return confirm(query, response, confirmations.length);
    }
    queries.push(query);
    response.setHeader('Content-Type', 'application/x-ndjson');
    response.setHeader('Annals-Snapshot', '20');
    respond(query, response, queries.length);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const retry = {
    sleep: async () => undefined,
    random: () => 0,
    notify: () => undefined,
    maxRetries,
  };
  const source = nativeSource(
    { send: createHttpSend(), clock: () => from, retry },
    { api, token: 'annals_x', organisation: 'acme' },
    {
      window,
      filters: { actions: ['a', 'b'], responseStatus: 404, without: { userIdentity: 'x' } },
    },
  );
  const ids: string[] = [];
  try {
    for await (const { entries } of source.read(undefined, new AbortController().signal)) {
      ids.push(...entries.map(({ id }) => id));
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return { ids, queries, confirmations };
}

/** What a server of ours sends: the rest, and how many events these are. */
const whole: Respond = (query, response) => {
  const after = query.get('after');
  const rest = lines.slice(after === null ? 0 : Number(after.split('/')[1]) + 1);
  response.setHeader('Trailer', 'Annals-Export-Count');
  response.write(body(rest));
  response.addTrailers({ 'Annals-Export-Count': String(rest.length) });
  response.end();
};

const all = lines.map((_, index) => `e${index}`);

describe('an export from an Annals server', () => {
  it('requests the window, the filters and the order', async () => {
    const { ids, queries } = await exportFrom(whole);
    assert.deepEqual(ids, all);
    assert.deepEqual(
      [...(queries[0] ?? [])],
      [
        ['format', 'ndjson'],
        ['order', 'asc'],
        ['from', '2026-06-01T00:00:00.000000Z'],
        ['to', '2026-06-01T01:40:00.000000Z'],
        ['action', 'a'],
        ['action', 'b'],
        ['responseStatus', '404'],
        ['-userIdentity', 'x'],
      ],
    );
  });

  it('reads a compressed stream', async () => {
    const { ids } = await exportFrom((_query, response) => {
      response.setHeader('Content-Encoding', 'zstd');
      response.end(zstdCompressSync(body(lines)));
    });
    assert.deepEqual(ids, all);
  });

  it('reads the id of an event itself, not of an object inside it', async () => {
    const createdAt = formatInstant(from);
    const other = { createdAt: '2026-06-01T00:30:00.000000Z', eventID: 'inner' };
    const event = { eventID: 'a\\"b', createdAt, sequence: 0, details: other };
    const { ids } = await exportFrom(
      (_query, response) => {
        response.end(`${JSON.stringify(event)}\n${JSON.stringify({ ...event, context: other })}\n`);
      },
      { confirm: (_query, response) => response.end('[]') },
    );
    assert.deepEqual(ids, ['a\\"b', 'a\\"b']);
  });

  it('that is cut goes on after the last whole event, in the same snapshot', async () => {
    const { ids, queries } = await exportFrom((query, response, number) => {
      if (number > 1) return whole(query, response, number);
      response.write(`${body(lines.slice(0, 7))}{"eventID":"e7","crea`);
      setTimeout(() => response.destroy(), 20);
    });
    assert.deepEqual(ids, all);
    assert.equal(queries.length, 2);
    assert.equal(queries[1]?.get('after'), '2026-06-01T00:06:00.000000Z/6');
    assert.equal(queries[1]?.get('snapshot'), '20');
  });

  it('that says that it sent more than arrived does not count as complete', async () => {
    const short: Respond = (_query, response) => {
      response.setHeader('Trailer', 'Annals-Export-Count');
      response.write(body(lines.slice(0, 5)));
      response.addTrailers({ 'Annals-Export-Count': '20' });
      response.end();
    };
    const { ids } = await exportFrom((query, response, number) =>
      (number === 1 ? short : whole)(query, response, number),
    );
    assert.deepEqual(ids, all);
  });

  it('asks once for the rest when its trailers are lost, and is complete when there is none', async () => {
    const { ids, queries, confirmations } = await exportFrom((query, response) => {
      const after = query.get('after');
      assert.equal(after, null);
      response.write(body(lines));
      response.end();
    });
    assert.deepEqual(ids, all);
    assert.equal(queries.length, 1);
    const [asked] = confirmations;
    assert.equal(confirmations.length, 1);
    assert.equal(asked?.get('after'), '2026-06-01T00:19:00.000000Z/19');
    assert.equal(asked?.get('snapshot'), '20');
    assert.deepEqual(asked?.getAll('action'), ['a', 'b']);
  });

  for (const [name, sent] of [
    ['between two events', body(lines.slice(0, 7))],
    ['in the middle of an event', `${body(lines.slice(0, 7))}${lines[7]}`],
    ['before its first event', ''],
  ] as const) {
    it(`that a proxy ends in an orderly way, cut ${name}, goes on`, async () => {
      const { ids, queries } = await exportFrom((query, response, number) => {
        if (number > 1) return whole(query, response, number);
        response.write(sent);
        response.end();
      });
      assert.deepEqual(ids, all);
      assert.equal(queries.length, 2);
    });
  }

  it('is not complete when the list of the rest was cut as well', async () => {
    let lists = 0;
    const { ids, queries } = await exportFrom(
      (query, response, number) => {
        if (number > 1) return whole(query, response, number);
        response.write(body(lines));
        response.end();
      },
      {
        confirm: (_query, response) => {
          lists += 1;
          response.end(lists === 1 ? '[' : '[]');
        },
      },
    );
    assert.deepEqual(ids, all);
    assert.equal(queries.length, 2);
  });

  it('that only ends with its connection does not count as complete', async () => {
    const closing: Respond = (query, response) => {
      response.shouldKeepAlive = false;
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200);
      response.end(query.has('after') ? '' : body(lines));
    };
    await assert.rejects(
      exportFrom(closing, { maxRetries: 1 }),
      (error) => error instanceof AnnalsError && error.code === 'incomplete',
    );
  });

  it('is given up when the server rejects it for good', async () => {
    await assert.rejects(
      exportFrom((_query, response) => {
        response.statusCode = 401;
        response.setHeader('Content-Type', 'application/json');
        response.end('{"message":"the key has expired"}');
      }),
      /answered 401: the key has expired/,
    );
  });

  it('is given up when another server responds', async () => {
    await assert.rejects(
      exportFrom((_query, response) => {
        response.setHeader('Content-Type', 'text/html');
        response.end('<html>');
      }),
      /is it one\?/,
    );
  });
});

describe('the number of events of an export from an Annals server', () => {
  /** Reads an export whose second half comes once the number was answered; `expected` of each batch. */
  async function expectedOf(countObjects: boolean, answer: string, searchText?: string) {
    const counted = Promise.withResolvers<void>();
    const counts: URLSearchParams[] = [];
    if (!countObjects || searchText !== undefined) counted.resolve();
    const source = nativeSource(
      {
        clock: () => from,
        retry: { sleep: async () => undefined, random: () => 0, notify: () => undefined },
        send: async ({ url }) => {
          const isExport = url.pathname.endsWith('/export');
          if (!isExport) counts.push(url.searchParams);
          const text = async function* () {
            if (!isExport) {
              yield Buffer.from(answer);
              setImmediate(() => counted.resolve());
              return;
            }
            yield Buffer.from(body(lines.slice(0, 10)));
            await counted.promise;
            yield Buffer.from(body(lines.slice(10)));
          };
          return {
            status: 200,
            headers: new Headers({
              'content-type': 'application/x-ndjson',
              'annals-snapshot': '20',
            }),
            body: text(),
            trailers: () => undefined,
            discard: () => undefined,
          };
        },
      },
      { api: 'http://annals.test', token: 'annals_x', organisation: undefined },
      { window, filters: { actions: ['a'], ...(searchText && { searchText }) }, countObjects },
    );
    const expected: (number | undefined)[] = [];
    for await (const batch of source.read(undefined, new AbortController().signal)) {
      expected.push(batch.expected);
    }
    return { expected, counts };
  }

  it('is asked for beside the export, of the same snapshot, when somebody watches', async () => {
    const { expected, counts } = await expectedOf(true, '{"items":[],"totalItems":20}');
    assert.deepEqual([expected[0], expected.at(-1)], [undefined, 20]);
    const { limit, snapshot, action } = Object.fromEntries(counts[0] ?? []);
    assert.deepEqual([counts.length, limit, snapshot, action], [1, '1', '20', 'a']);
  });

  it('is not asked for otherwise, nor where it would be the whole work again', async () => {
    assert.deepEqual((await expectedOf(false, '')).counts, []);
    assert.deepEqual((await expectedOf(true, '', 'key')).counts, []);
  });

  it('is missing when the server does not say it; the export goes on', async () => {
    for (const answer of ['<html>', '{}']) {
      const { expected } = await expectedOf(true, answer);
      assert.deepEqual([...new Set(expected)], [undefined]);
    }
  });
});
