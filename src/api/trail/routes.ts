import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Context, Hono } from 'hono';
import { joinBytes } from '../../core/bytes.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { DialectDependencies, DialectServer } from '../../dialects/dialect.ts';
import { firstKeptSequence, keptFromHeader } from '../../dialects/dropped-events.ts';
import { acceptsZstd } from '../../http/accept-encoding.ts';
import { streamBody } from '../../http/streaming.ts';
import { personalPaths, personalPathsOf } from '../../integrity/personal.ts';
import { isFault, methodNotAllowed, nativeErrorResponse } from '../errors.ts';
import {
  exportParameters,
  filterFromParameters,
  followParameters,
  listParameters,
  readParameters,
} from '../parameters.ts';
import {
  type ExportStreamOptions,
  exportChunks,
  formatWriters,
  parseExportPosition,
} from './export.ts';
import { readFilterOptions } from './filter-options.ts';
import { type FollowResult, followLog } from './follow.ts';
import { type ListResult, listEvents } from './list.ts';

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
export const trailRoutes: DialectServer = (parts) => {
  const app = new Hono();
  app.onError((error) => {
    if (isFault(error)) parts.reportFault?.(error);
    return nativeErrorResponse(error);
  });
  app.notFound((c) =>
    nativeErrorResponse(new AnnalsError('not-found', `There is no ${c.req.path}`)),
  );

  app.get('/v1/audit', async (c) => {
    const caller = parts.admit(c.req.raw, 'audit_log:list');
    const reader = parts.reader.withSignal(c.req.raw.signal);
    const url = new URL(c.req.url);
    const follow = readParameters(followParameters, url.searchParams);
    if (follow.fromSequence !== undefined) {
      const { fromSequence } = follow;
      const answer = await followLog(reader, caller.organisation, {
        ...follow,
        fromSequence,
      });
      parts.recordRead(caller, 'audit_log.list', { query: url.search.slice(0, maxNotedQuery) });
      return followResponse(answer);
    }
    const parameters = readParameters(listParameters, url.searchParams);
    const answer = await listEvents(reader, caller.organisation, parameters);
    parts.recordRead(caller, 'audit_log.list', { query: url.search.slice(0, maxNotedQuery) });
    return listResponse(url, answer, parameters.cursor !== undefined);
  });

  app.get('/v1/audit/filter-options', async (c) => {
    const { organisation } = parts.admit(c.req.raw, 'audit_log:list');
    const reader = parts.reader.withSignal(c.req.raw.signal);
    return c.json(await readFilterOptions(reader, organisation.identity));
  });

  app.get('/v1/audit/export', (c) => exportResponse(c, parts));

  app.get('/v1/audit/:eventID', async (c) => {
    const caller = parts.admit(c.req.raw, 'audit_log:read');
    const eventID = c.req.param('eventID');
    const reader = parts.reader.withSignal(c.req.raw.signal);
    const event = await reader.get(caller.organisation.identity, eventID);
    if (event === undefined) {
      throw new AnnalsError('not-found', 'There is no event of this id in the organisation’s log');
    }
    parts.recordRead(caller, 'audit_log.read', { eventID });
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

function followResponse({ events, ...rest }: FollowResult): Response {
  const items = events.map(({ body }) => body).join(',');
  return new Response(`{"items":[${items}],${JSON.stringify(rest).slice(1)}`, {
    headers: { 'Content-Type': 'application/json' },
  });
}

/**
 * The vendor's envelope, exactly (wire: Thalassa 3.2); how to go on stands in the headers. Whoever walks by cursor
 * is no vendor's tool and finds `nextCursor` and `snapshot` in the body too.
 */
function listResponse(url: URL, result: ListResult, byCursor: boolean): Response {
  const { lines, page, itemsPerPage, total, snapshot, nextCursor, keptFrom } = result;
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
  const body = joinBytes([
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
  const items = joinBytes(lines);
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
async function exportResponse(c: Context, dependencies: DialectDependencies): Promise<Response> {
  const caller = dependencies.admit(c.req.raw, 'audit_log:list');
  const reader = dependencies.reader.withSignal(c.req.raw.signal);
  const url = new URL(c.req.url);
  const parameters = readParameters(exportParameters, url.searchParams);
  const organisation = caller.organisation.identity;
  const format = parameters.format ?? 'json';
  if (parameters.salts === true && format !== 'ndjson') {
    throw new AnnalsError('invalid', `Cannot export salts as ${format}: ask for format=ndjson`);
  }
  const after = parameters.after === undefined ? undefined : parseExportPosition(parameters.after);
  const { size } = await reader.head(organisation);
  const snapshot = Math.min(parameters.snapshot ?? size, size);
  // A filter that names another organisation matches nothing, which is a window without events.
  const filter = filterFromParameters(parameters, caller.organisation) ?? {
    conditions: [{ facets: [], values: [] }],
  };
  const dropped = await reader.dropped(organisation);
  dependencies.recordRead(caller, 'audit_log.export', {
    query: url.search.slice(0, maxNotedQuery),
    snapshot,
  });
  const packing = acceptsZstd(c.req.header('accept-encoding')) ? 'zstd' : 'plain';
  const question: ExportStreamOptions = {
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
    'Content-Type': formatWriters[format].mediaType,
    'Content-Disposition': `attachment; filename="audit-logs.${format}"`,
    'Annals-Snapshot': String(snapshot),
    'Cache-Control': 'no-store',
    Vary: 'Accept-Encoding',
    ...(packing === 'zstd' && { 'Content-Encoding': 'zstd' }),
  };
  const first = firstKeptSequence(dropped, filter);
  if (first !== undefined) headers[keptFromHeader] = String(first);
  if (c.req.method === 'HEAD') return new Response(null, { headers });
  const { incoming, outgoing }: Bindings = c.env ?? {};
  // HTTP/1.0 has no chunks and so no trailers; there the end of the connection is the end of the body.
  if (incoming?.httpVersion !== '1.0') {
    headers.Trailer = 'Annals-Export-Complete, Annals-Export-Count';
  }
  const pieces = exportChunks(reader, question, (count) => {
    outgoing?.addTrailers({
      'Annals-Export-Complete': 'true',
      'Annals-Export-Count': String(count),
    });
  });
  const reportFault = (fault: unknown) => dependencies.reportFault?.(fault);
  return new Response(streamBody(pieces, c.env ?? {}, reportFault), { headers });
}
