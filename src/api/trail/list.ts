import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { formatCursor, type Position, parseCursor } from '../../core/cursor.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Organisation } from '../../core/organisation.ts';
import { firstKeptSequence } from '../../dialects/dropped-events.ts';
import type { EventReader, ListQuery } from '../../store/event-store.ts';
import {
  defaultLimit,
  filterFromParameters,
  type listParameters,
  maxLimit,
} from '../parameters.ts';

export type ListParameters = z.output<typeof listParameters>;

/** A page in the vendor's envelope (wire: Thalassa 3.2), and how to go on. */
export interface ListResult {
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
 * Answers a list. The total is exact. A walk by `cursor` looks at the log as it was when the walk began; one by
 * `page` does when it passes the `snapshot` it was given, and otherwise shifts as events arrive.
 */
export async function listEvents(
  reader: EventReader,
  organisation: Organisation,
  parameters: ListParameters,
): Promise<ListResult> {
  const page = parameters.page ?? 1;
  const limit = Math.min(parameters.limit ?? defaultLimit, maxLimit);
  const order = parameters.order ?? 'desc';
  const filter = filterFromParameters(parameters, organisation);
  const question = queryFingerprint(parameters, order);
  const cursor = parameters.cursor ? parseCursor(parameters.cursor, question) : undefined;
  if (parameters.cursor !== undefined && parameters.page !== undefined && page !== 1) {
    throw new AnnalsError('invalid', 'Cannot list: give a cursor or a page, not both');
  }
  const { size } = await reader.head(organisation.identity);
  const snapshot = Math.min(cursor?.snapshot ?? parameters.snapshot ?? size, size);
  if (filter === undefined) {
    return { lines: [], page, itemsPerPage: limit, total: 0, snapshot, nextCursor: undefined };
  }
  const query: ListQuery = {
    filter,
    order,
    limit,
    snapshot,
    ...(cursor === undefined ? { skip: (page - 1) * limit } : { after: cursor.after }),
  };
  const [{ lines, next }, total] = await Promise.all([
    readWholePage(reader, organisation.identity, query),
    reader.count(organisation.identity, filter, snapshot),
  ]);
  const nextCursor = next && formatCursor({ after: next, snapshot, query: question });
  // Looked up last: whatever was missing by then is told of.
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
  /** Where the next page begins after, if there is one. */
  readonly next: Position | undefined;
}

/** A whole page, which the store may give in several pieces. */
async function readWholePage(
  reader: EventReader,
  organisation: string,
  { skip, ...query }: ListQuery,
): Promise<WholePage> {
  const lines: Uint8Array<ArrayBuffer>[] = [];
  let left = query.limit;
  let piece = await reader.listLines(organisation, { ...query, ...(skip && { skip }) });
  while (piece !== undefined) {
    const { bytes, events, last, more } = piece;
    lines.push(bytes);
    left -= events;
    if (!more || left === 0) return { lines, next: more ? last : undefined };
    piece = await reader.listLines(organisation, { ...query, limit: left, after: last });
  }
  return { lines, next: undefined };
}

/** A short mark of everything that decides which events a list has and in what order. */
function queryFingerprint(parameters: ListParameters, order: string): string {
  const { page: _page, limit: _limit, cursor: _cursor, snapshot: _snapshot, ...asked } = parameters;
  const sorted = Object.entries(asked).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([order, sorted]))
    .digest('base64url')
    .slice(0, 12);
}
