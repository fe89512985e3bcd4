import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Context, Hono } from 'hono';
import { joined } from '../../core/bytes.ts';
import { AnnalsError } from '../../core/errors.ts';
import { personalPaths, personalPathsOf } from '../../integrity/personal.ts';
import type { DialectParts, DialectServer } from '../dialect.ts';
import { keptFrom, keptFromHeader } from '../dropped.ts';
import { streamed } from '../streamed.ts';
import { acceptsZstd } from './accept-encoding.ts';
import { isFault, methodNotAllowed, nativeErrorResponse } from './errors.ts';
import { type ExportQuestion, exportPieces, parsePlace, writings } from './export.ts';
import { answerFilterOptions } from './filter-options.ts';
import { answerFollow, type FollowAnswer } from './follow.ts';
import { answerList, type ListAnswer } from './list.ts';
import {
  exportParameters,
  filterOf,
  followParameters,
  listParameters,
  readParameters,
} from './query.ts';

/** What the HTTP server hands in beside the request; absent when the app is called without a socket. */
interface Bindings {
  readonly incoming?: Pick<IncomingMessage, 'httpVersion'>;
  readonly outgoing?: Pick<ServerResponse, 'addTrailers' | 'destroy'>;
}

/** How much of a question is kept in the record of its being asked. */
const maxNotedQuery = 2_000;

/**
 * Our own dialect: Thalassa's list with time, order and cursor added, one event, the choices for filters, and the
 * streamed export. Paths under `/v1/audit`.
 */
export const createNativeServer: DialectServer = (parts) => {
  const app = new Hono();
  app.onError((error) => {
    if (isFault(error)) parts.noteFault?.(error);
    return nativeErrorResponse(error);
  });
  app.notFound((c) =>
    nativeErrorResponse(new AnnalsError('not-found', `There is no ${c.req.path}`)),
  );

  app.get('/v1/audit', async (c) => {
    const caller = parts.admit(c.req.raw, 'audit_log:list');
    const reader = parts.reader.until(c.req.raw.signal);
    const url = new URL(c.req.url);
    const follow = readParameters(followParameters, url.searchParams);
    if (follow.fromSequence !== undefined) {
      const { fromSequence } = follow;
      const answer = await answerFollow(reader, caller.organisation, {
        ...follow,
        fromSequence,
      });
      parts.noteRead(caller, 'audit_log.list', { query: url.search.slice(0, maxNotedQuery) });
      return followResponse(answer);
    }
    const parameters = readParameters(listParameters, url.searchParams);
    const answer = await answerList(reader, caller.organisation, parameters);
    parts.noteRead(caller, 'audit_log.list', { query: url.search.slice(0, maxNotedQuery) });
    return listResponse(url, answer, parameters.cursor !== undefined);
  });

  app.get('/v1/audit/filter-options', async (c) => {
    const { organisation } = parts.admit(c.req.raw, 'audit_log:list');
    const reader = parts.reader.until(c.req.raw.signal);
    return c.json(await answerFilterOptions(reader, organisation.identity));
  });

  app.get('/v1/audit/export', (c) => exportResponse(c, parts));

  app.get('/v1/audit/:eventID', async (c) => {
    const caller = parts.admit(c.req.raw, 'audit_log:read');
    const eventID = c.req.param('eventID');
    const reader = parts.reader.until(c.req.raw.signal);
    const event = await reader.get(caller.organisation.identity, eventID);
    if (event === undefined) {
      throw new AnnalsError('not-found', 'There is no event of this id in the organisation’s log');
    }
    parts.noteRead(caller, 'audit_log.read', { eventID });
    return new Response(event.body, { headers: { 'Content-Type': 'application/json' } });
  });

  for (const path of [
    '/v1/audit',
    '/v1/audit/filter-options',
    '/v1/audit/export',
    '/v1/audit/:eventID',
  ]) {
    app.all(path, (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  }
  return app;
};

function followResponse({ events, ...rest }: FollowAnswer): Response {
  const items = events.map(({ body }) => body).join(',');
  return new Response(`{"items":[${items}],${JSON.stringify(rest).slice(1)}`, {
    headers: { 'Content-Type': 'application/json' },
  });
}

/**
 * The vendor's envelope, exactly (wire: Thalassa 3.2); how to go on stands in the headers. Whoever walks by cursor
 * is no vendor's tool and finds `nextCursor` and `snapshot` in the body too.
 */
function listResponse(url: URL, answer: ListAnswer, byCursor: boolean): Response {
  const { lines, page, itemsPerPage, total, snapshot, nextCursor, keptFrom } = answer;
  const envelope = {
    totalItems: total,
    page,
    itemsPerPage,
    totalPages: Math.ceil(total / itemsPerPage),
    totalCount: total,
    ...(byCursor && { snapshot, ...(nextCursor !== undefined && { nextCursor }) }),
  };
  const headers = new Headers({
    'Content-Type': 'application/json',
    'Annals-Snapshot': String(snapshot),
  });
  if (keptFrom !== undefined) headers.set(keptFromHeader, String(keptFrom));
  if (nextCursor !== undefined) {
    const next = new URLSearchParams(url.searchParams);
    for (const name of ['page', 'snapshot']) next.delete(name);
    next.set('cursor', nextCursor);
    headers.set('Link', `<${url.pathname}?${next}>; rel="next"`);
  }
  const body = joined([
    Buffer.from('{"items":['),
    itemsOf(lines),
    Buffer.from(`],${JSON.stringify(envelope).slice(1)}`),
  ]);
  return new Response(body, { headers });
}

const lineFeed = 0x0a;
const comma = 0x2c;

/** Lines as the members of an array. In JSON a line feed is written `\n`, so each one stands between two events. */
function itemsOf(lines: readonly Uint8Array[]): Uint8Array {
  const items = joined(lines);
  const last = items.length - 1;
  for (let at = items.indexOf(lineFeed); at !== -1 && at < last; at = items.indexOf(lineFeed, at)) {
    items[at] = comma;
  }
  return items.subarray(0, Math.max(0, last));
}

/**
 * Streams an export. The body ends cleanly only when everything was sent; a failure on the way breaks the
 * connection. Trailers say the same in words to a client that reads them.
 */
async function exportResponse(c: Context, parts: DialectParts): Promise<Response> {
  const caller = parts.admit(c.req.raw, 'audit_log:list');
  const reader = parts.reader.until(c.req.raw.signal);
  const url = new URL(c.req.url);
  const parameters = readParameters(exportParameters, url.searchParams);
  const organisation = caller.organisation.identity;
  const format = parameters.format ?? 'json';
  if (parameters.salts === true && format !== 'ndjson') {
    throw new AnnalsError('invalid', `Cannot export salts as ${format}: ask for format=ndjson`);
  }
  const after = parameters.after === undefined ? undefined : parsePlace(parameters.after);
  const { size } = await reader.head(organisation);
  const snapshot = Math.min(parameters.snapshot ?? size, size);
  // A filter that names another organisation matches nothing, which is a window without events.
  const filter = filterOf(parameters, caller.organisation) ?? {
    conditions: [{ facets: [], values: [] }],
  };
  const dropped = await reader.dropped(organisation);
  parts.noteRead(caller, 'audit_log.export', {
    query: url.search.slice(0, maxNotedQuery),
    snapshot,
  });
  const packing = acceptsZstd(c.req.header('accept-encoding')) ? 'zstd' : 'plain';
  const question: ExportQuestion = {
    organisation,
    filter,
    order: parameters.order ?? 'asc',
    format,
    snapshot,
    after,
    dropped,
    redacted: parameters.redact === 'personal',
    paths: personalPaths(personalPathsOf(caller.organisation)),
    withSalts: parameters.salts === true,
    packing,
  };
  const headers: Record<string, string> = {
    'Content-Type': writings[format].mediaType,
    'Content-Disposition': `attachment; filename="audit-logs.${format}"`,
    'Annals-Snapshot': String(snapshot),
    'Cache-Control': 'no-store',
    Vary: 'Accept-Encoding',
    ...(packing === 'zstd' && { 'Content-Encoding': 'zstd' }),
  };
  const first = keptFrom(dropped, filter);
  if (first !== undefined) headers[keptFromHeader] = String(first);
  if (c.req.method === 'HEAD') return new Response(null, { headers });
  const { incoming, outgoing }: Bindings = c.env ?? {};
  // HTTP/1.0 has no chunks and so no trailers; there the end of the connection is the end of the body.
  if (incoming?.httpVersion !== '1.0') {
    headers.Trailer = 'Annals-Export-Complete, Annals-Export-Count';
  }
  const pieces = exportPieces(reader, question, (count) => {
    outgoing?.addTrailers({
      'Annals-Export-Complete': 'true',
      'Annals-Export-Count': String(count),
    });
  });
  const noteFault = (fault: unknown) => parts.noteFault?.(fault);
  return new Response(streamed(pieces, c.env ?? {}, noteFault), { headers });
}
