import { AnnalsError, messageOf } from '../core/errors.ts';

/** An error of Node or SQLite as a sentence. `what` says what was being done, and to what. */
export function diskError(error: unknown, what: string): unknown {
  if (error instanceof AnnalsError || (error as Error).name === 'AbortError') return error;
  const { code, errcode } = error as { code?: string; errcode?: number };
  if (code === undefined && errcode === undefined) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || errcode === full;
  const reason = isFull ? 'the disk is full' : messageOf(error);
  return new AnnalsError('unavailable', `${what}: ${reason}`, { cause: error });
}

/** `SQLITE_FULL`. */
const full = 13;
