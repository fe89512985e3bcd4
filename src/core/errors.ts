/**
 * What went wrong, in one vocabulary for the whole program. Each transport has one table that translates the codes (the
 * errors of each dialect, the exit codes of the command).
 */
export type ErrorCode =
  | 'invalid' // the input is wrong and will stay wrong
  | 'unauthenticated' // no credential, or one we do not know
  | 'forbidden' // a known credential that may not do this
  | 'not-found' // nothing of that name that this caller may see
  | 'gone' // it was there and is not kept any more
  | 'method-not-allowed'
  | 'conflict' // what is there already contradicts the request
  | 'too-large' // more than a stated limit
  | 'unsupported-media' // a content type or encoding we do not read
  | 'too-many-requests' // come back after `retryAfterSeconds`
  | 'unavailable' // stopping, or a part we need does not answer
  | 'timeout' // took longer than a stated limit
  | 'abandoned' // the client has disconnected, so nobody waits for a response
  | 'corrupt' // stored or received bytes are not what they must be
  | 'incomplete' // an answer ended before its end
  | 'internal';

/** Failures that can pass by themselves: another attempt later may succeed. */
export const transientCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unavailable',
  'timeout',
  'incomplete',
  'too-many-requests',
]);

/** One thing that is wrong with an input: where, and what is so instead. */
export interface Issue {
  /** Index in a list of events, from 0; absent when the issue is about the whole request. */
  readonly index?: number;
  /** Dotted path inside the event or request, such as `context.status`; empty for the whole. */
  readonly field: string;
  readonly message: string;
}

/** More issues than these help nobody: a check stops there. */
export const maxIssues = 20;

export interface ErrorDetails {
  readonly issues?: readonly Issue[];
  readonly retryAfterSeconds?: number;
  /** Another attempt soon would fail in the same way, whatever the code says. */
  readonly isPermanent?: boolean;
  readonly cause?: unknown;
}

/** The one error type. The message says what was being done, to what, and what is so instead. */
export class AnnalsError extends Error {
  override readonly name = 'AnnalsError';
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  readonly retryAfterSeconds: number | undefined;
  readonly isPermanent: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.issues = details.issues ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.isPermanent = details.isPermanent ?? false;
  }
}

/** The sentence in an unknown thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
