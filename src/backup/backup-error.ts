import { AnnalsError, messageOf } from '../core/errors.ts';

/** An error of Node or SQLite as a sentence. `what` says what was being done, and to what. */
export function diskError(error: unknown, what: string): unknown {
  if (error instanceof AnnalsError || (error as Error).name === 'AbortError') return error;
  const { code, errcode } = error as { code?: string; errcode?: number };
  if (code === undefined && errcode === undefined) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || errcode === full;
  const isBusy = errcode === busy;
  const reason = isFull ? 'the disk is full' : isBusy ? inUse : messageOf(error);
  return new AnnalsError('unavailable', `${what}: ${reason}`, { cause: error });
}

/** `SQLITE_FULL` and `SQLITE_BUSY`. */
const [full, busy] = [13, 5];

const inUse =
  'a server keeps a database for itself, because its disk is full or its version is an earlier one. Make room, or ' +
  'start it with this version, or stop it';
