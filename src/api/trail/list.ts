import { hash } from 'node:crypto';
import { z } from 'zod';
import { joinBytes } from '../../core/bytes.ts';
import { formatCursor, type Position, parseCursor } from '../../core/cursor.ts';
import { AnnalsError } from '../../core/errors.ts';
import { eventSchema } from '../../core/event.ts';
import type { Filter } from '../../core/filter.ts';
import type { Organisation } from '../../core/organisation.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { firstKeptSequence, keptFromHeader } from '../../dialects/dropped-events.ts';
import { decodableBytes } from '../../dialects/thalassa/decodable.ts';
import { recordedQuery } from '../../http/connection.ts';
import { bytesBody } from '../../http/streaming.ts';
import type { EventReader, ListQuery } from '../../store/event-store.ts';
import { readParameters, wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { filterFromParameters, filterParameters } from './filter.ts';
import { followLog, followParameters, followResponse } from './follow.ts';
import { defaultLimit, keptFromSchema, maxLimit, snapshotSchema } from './page.ts';

export const listParameters = filterParameters.extend({
  page: wholeNumberParameter(1).describe('Page number from 1').exactOptional(),
  limit: followParameters.shape.limit,
  order: z
    .enum(['asc', 'desc'], 'must be asc or desc')
    .describe('By createdAt; desc by default')
    .exactOptional(),
  cursor: z
    .string()
    .describe('The `nextCursor` of the page before; empty for the first page of a walk')
    .exactOptional(),
  snapshot: wholeNumberParameter(0)
    .describe(
      'Size of the log to look at, as in Annals-Snapshot: numbered pages then stay as they are while events arrive',
    )
    .exactOptional(),
});

type ListParameters = z.output<typeof listParameters>;

const pageNumber = (description: string) =>
  z.int().min(0).describe(`${description}; not with fromSequence`).exactOptional();

const listSchema = z
  .strictObject({
    items: z.array(eventSchema),
    totalItems: pageNumber('Matching events on all pages'),
    page: pageNumber('Number of this page'),
    itemsPerPage: pageNumber('Largest number of events on a page'),
    totalPages: pageNumber('Number of pages'),
    totalCount: pageNumber('The same as totalItems'),
    nextSequence: z
      .int()
      .min(0)
      .describe('With fromSequence alone: the fromSequence of the next request')
      .exactOptional(),
    keptFrom: z
      .int()
      .min(0)
      .describe(
        'With fromSequence alone, and when events from that sequence on were dropped: the first sequence that the log has',
      )
      .exactOptional(),
    snapshot: z
      .int()
      .min(0)
      .describe('With cursor alone: size of the log that the walk looks at')
      .exactOptional(),
    nextCursor: z
      .string()
      .describe('With cursor alone: the cursor of the next page; absent on the last one')
      .exactOptional(),
  })
  .meta({ id: 'EventList' });

export const page = {
  status: 200,
  description: 'A page',
  headers: {
    'Annals-Snapshot': snapshotSchema,
    [keptFromHeader]: keptFromSchema,
    Link: z.string().describe('The next page, as rel="next"; absent on the last page'),
  },
  content: json(listSchema),
} as const;

export const listRoute = ({ admit, reader, recordRead }: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit',
    {
      operationId: 'listEvents',
      tag: 'trail',
      summary: 'List events',
      description:
        'A page of events, newest first. With fromSequence instead: the events from that sequence on, in the order they were recorded; page, order, cursor and snapshot have no effect then.',
      query: listParameters.extend(followParameters.shape),
      success: page,
    },
    async (c) => {
      const caller = admit(c.req.raw, 'audit_log:list');
      const tracked = reader.withSignal(c.req.raw.signal);
      const url = new URL(c.req.url);
      const follow = url.searchParams.has('fromSequence')
        ? readParameters(followParameters, url.searchParams)
        : undefined;
      if (follow?.fromSequence !== undefined) {
        const { fromSequence } = follow;
        const result = await followLog(tracked, caller.organisation, { ...follow, fromSequence });
        await recordRead(caller, 'audit_log.list', { query: recordedQuery(url) });
        return followResponse(result);
      }
      const parameters = readParameters(listParameters, url.searchParams);
      const result = await listEvents(tracked, caller.organisation, parameters);
      await recordRead(caller, 'audit_log.list', { query: recordedQuery(url) });
      return listResponse(url, result, parameters.cursor !== undefined);
    },
  );

/** A page in the vendor's envelope (wire: Thalassa 3.2), and what leads to the next one. */
interface ListResult {
  /** The events, in pieces of one line each. */
  readonly lines: readonly Uint8Array<ArrayBuffer>[];
  readonly page: number;
  readonly itemsPerPage: number;
  readonly total: number;
  readonly snapshot: number;
  /** Absent on the last page. */
  readonly nextCursor: string | undefined;
  /** The first sequence that the log has, when events were dropped that might have been in the list. */
  readonly keptFrom?: number | undefined;
}

/**
 * Reads a page. The total is exact. A walk by `cursor` looks at the log as it was when the walk began; so does one by
 * `page` if it passes the `snapshot` it was given. Otherwise its pages shift as events arrive.
 *
 * @param narrow what else must hold, of a list that is of certain events alone
 */
export async function listEvents(
  reader: EventReader,
  organisation: Organisation,
  parameters: ListParameters,
  narrow?: (filter: Filter) => Promise<Filter>,
): Promise<ListResult> {
  const page = parameters.page ?? 1;
  const limit = Math.min(parameters.limit ?? defaultLimit, maxLimit);
  const order = parameters.order ?? 'desc';
  const asked = filterFromParameters(parameters, organisation);
  const fingerprint = queryFingerprint(parameters, order);
  const cursor = parameters.cursor ? parseCursor(parameters.cursor, fingerprint) : undefined;
  if (parameters.cursor !== undefined && parameters.page !== undefined && page !== 1) {
    throw new AnnalsError('invalid', 'Cannot list: give a cursor or a page, not both');
  }
  const { size } = await reader.head(organisation.identity);
  const snapshot = Math.min(cursor?.snapshot ?? parameters.snapshot ?? size, size);
  if (asked === undefined) {
    return { lines: [], page, itemsPerPage: limit, total: 0, snapshot, nextCursor: undefined };
  }
  const filter = narrow === undefined ? asked : await narrow(asked);
  const query: ListQuery = {
    filter,
    order,
    limit,
    snapshot,
    ...(cursor === undefined ? { skip: (page - 1) * limit } : { after: cursor.after }),
  };
  const { lines, next, total } = await readWholePage(reader, organisation.identity, query);
  const nextCursor = next && formatCursor({ after: next, snapshot, query: fingerprint });
  // Read last, so that it includes everything that was dropped before the page was read.
  const dropped = await reader.dropped(organisation.identity);
  return {
    lines,
    page,
    itemsPerPage: limit,
    total,
    snapshot,
    nextCursor,
    keptFrom: firstKeptSequence(dropped, filter),
  };
}

interface WholePage {
  readonly lines: readonly Uint8Array<ArrayBuffer>[];
  /** The position after which the next page begins, if there is one. */
  readonly next: Position | undefined;
  /** How many events match on all pages. */
  readonly total: number;
}

/** A whole page, which the store may give in several pieces. */
async function readWholePage(
  reader: EventReader,
  organisation: string,
  { skip, ...query }: ListQuery,
): Promise<WholePage> {
  const lines: Uint8Array<ArrayBuffer>[] = [];
  let missing = query.limit;
  const first = await reader.countedLines(organisation, { ...query, ...(skip && { skip }) });
  const { total } = first;
  let piece = first.lines;
  while (piece !== undefined) {
    const { bytes, events, last, more } = piece;
    lines.push(bytes);
    missing -= events;
    if (!more || missing === 0) return { lines, next: more ? last : undefined, total };
    piece = await reader.listLines(organisation, { ...query, limit: missing, after: last });
  }
  return { lines, next: undefined, total };
}

/** A short hash of everything that decides which events a list has, and in what order. */
function queryFingerprint(parameters: ListParameters, order: string): string {
  const { page: _page, limit: _limit, cursor: _cursor, snapshot: _snapshot, ...rest } = parameters;
  const sorted = Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1));
  return hash('sha256', JSON.stringify([order, sorted]), 'base64url').slice(0, 12);
}

/**
 * The vendor's envelope, exactly (wire: Thalassa 3.2); the next page is in the headers. A client that walks by cursor
 * is not the vendor's, and finds `nextCursor` and `snapshot` in the body too.
 */
export function listResponse(url: URL, result: ListResult, byCursor: boolean): Response {
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
  const end = `],${JSON.stringify(envelope).slice(1)}`;
  return new Response(bytesBody(itemsBody(lines.map(decodableBytes), end)), { headers });
}

const begin = Buffer.from('{"items":[');

const lineFeed = 0x0a;
const comma = 0x2c;

/**
 * Lines as the members of an array, and what follows them. JSON writes a line feed as `\n`, so each one in these bytes is
 * between events.
 */
function itemsBody(lines: readonly Uint8Array[], end: string): Uint8Array<ArrayBuffer> {
  const last = lines.at(-1);
  const items = last === undefined ? [] : [...lines.slice(0, -1), last.subarray(0, -1)];
  const body = joinBytes([begin, ...items, Buffer.from(end)]);
  for (let at = body.indexOf(lineFeed); at !== -1; at = body.indexOf(lineFeed, at))
    body[at] = comma;
  return body;
}
