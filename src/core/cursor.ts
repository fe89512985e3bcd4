import { AnnalsError } from './errors.ts';
import type { Micros } from './micros.ts';

/** A place in an ordered list of a log's events: the event the next page begins after. */
export interface Position {
  readonly createdAt: Micros;
  readonly sequence: number;
}

/**
 * What a caller holds between two pages: the last event of the page, the size of the log when the walk began
 * (later events stay out of it), and a mark of the question, so that it is not continued with another one.
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

/** Throws `invalid` on a text we did not make, or one made for another question. */
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
      'Cannot continue the list: this cursor was not given out here',
    );
  }
  const [createdAt, sequence, snapshot, asked] = fields;
  if (asked !== query) {
    throw new AnnalsError(
      'invalid',
      'Cannot continue the list: the cursor belongs to a list with other filters or another order',
    );
  }
  return { after: { createdAt, sequence }, snapshot, query };
}
