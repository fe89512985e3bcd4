import { AnnalsError, type ErrorCode, type Issue, messageOf } from '../core/errors.ts';

/** What goes to a thread: a call, or the request to end. */
export type Message = Call | typeof endMessage;

export const endMessage = 'end';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What comes back for a call. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure };

/** An error as a plain object, which crosses threads without losing anything. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly issues: readonly Issue[];
  readonly retryAfterSeconds: number | undefined;
  /** Where it happened, for the log. */
  readonly stack: string | undefined;
}

export function failureOf(error: unknown): Failure {
  const stack = error instanceof Error ? error.stack : undefined;
  if (error instanceof AnnalsError) {
    const { code, message, issues, retryAfterSeconds } = error;
    return { code, message, issues, retryAfterSeconds, stack };
  }
  const full = isFullDisk(error);
  const message = full ? 'The disk is full' : messageOf(error);
  const code = full ? 'unavailable' : 'internal';
  return { code, message, issues: [], retryAfterSeconds: undefined, stack };
}

const sqliteFull = 13;

/** Any thread may meet a full disk. It is no bug, and the next call may find room. */
function isFullDisk(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as {
    readonly code?: unknown;
    readonly errcode?: unknown;
  };
  return errcode === sqliteFull || code === 'ENOSPC' || code === 'EDQUOT';
}

export function errorOf({ code, message, issues, retryAfterSeconds, stack }: Failure): AnnalsError {
  const error = new AnnalsError(code, message, {
    issues,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
  if (stack !== undefined) error.stack = stack;
  return error;
}
