import { AnnalsError } from './errors.ts';
import type { Micros } from './micros.ts';

/** A position in an ordered list of a log's events. The next page begins after this event. */
export interface Position {
  readonly createdAt: Micros;
  readonly sequence: number;
}

/**
 * What a caller keeps between two pages: the last event of the page, the size of the log at the first page (later events
 * are left out), and a fingerprint of the query, so that the list is not continued with another query.
 */
export interface Cursor {
  readonly after: Position;
  readonly snapshot: number;
  readonly query: string;
}

/** An opaque text, safe in a URL. */
export function formatCursor({ after, snapshot, query }: Cursor): string {
  const fields = [after.createdAt, after.sequence, snapshot, query];
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** Throws `invalid` on a text that is not a cursor of ours, and on the cursor of another query. */
export function parseCursor(text: string, query: string): Cursor {
  let fields: unknown;
  try {
    fields = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    fields = undefined;
  }
  if (
    !Array.isArray(fields) ||
    fields.length !== 4 ||
    !Number.isSafeInteger(fields[0]) ||
    !Number.isSafeInteger(fields[1]) ||
    !Number.isSafeInteger(fields[2])
  ) {
    throw new AnnalsError(
      'invalid',
      'Cannot continue the list: the cursor is not one of this server',
    );
  }
  const [createdAt, sequence, snapshot, ofQuery] = fields;
  if (ofQuery !== query) {
    throw new AnnalsError(
      'invalid',
      'Cannot continue the list: the cursor belongs to a list with other filters or another order',
    );
  }
  return { after: { createdAt, sequence }, snapshot, query };
}
