import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import { wholeNumberParameter } from '../parameters.ts';

/** Most items of a page, and how many there are if the request does not say. */
const maxPageItems = 1_000;

/** Parameters of lists of accounts, which come in pages: what was created first comes first. */
export const pageParameters = z.object({
  limit: wholeNumberParameter(1)
    .describe(`Most items of the page; ${maxPageItems} by default, and at most`)
    .exactOptional(),
  cursor: z
    .string()
    .describe('The `nextCursor` of the page before; empty for the first page')
    .exactOptional(),
});

export const nextCursorSchema = z
  .string()
  .describe('The cursor of the next page; absent on the last one')
  .exactOptional();

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/**
 * The page of a list, whose items are never removed. A cursor is the name of the last item of the page before, so what is
 * created during a walk is in it. Throws `not-found` for a cursor that names none of them.
 */
export function pageOf<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  { limit = maxPageItems, cursor = '' }: z.output<typeof pageParameters>,
): Page<T> {
  const before = cursor === '' ? -1 : all.findIndex((item) => nameOf(item) === cursor);
  if (cursor !== '' && before < 0) {
    throw new AnnalsError(
      'not-found',
      'Cannot list: the cursor is not one of this list. Begin again without it',
    );
  }
  const end = before + 1 + Math.min(limit, maxPageItems);
  const items = all.slice(before + 1, end);
  const last = items.at(-1);
  return last !== undefined && end < all.length ? { items, nextCursor: nameOf(last) } : { items };
}
