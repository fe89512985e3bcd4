import { AnnalsError, type ErrorCode } from '../../core/errors.ts';
import type { CockroachdbStatus } from './wire.ts';

/** HTTP status and gRPC code of each of our errors (wire: CockroachDB 5.1). */
const kinds: Record<ErrorCode, { status: number; code: number }> = {
  invalid: { status: 400, code: 3 },
  unauthenticated: { status: 401, code: 16 },
  forbidden: { status: 403, code: 7 },
  'not-found': { status: 404, code: 5 },
  gone: { status: 410, code: 5 },
  'method-not-allowed': { status: 405, code: 12 },
  conflict: { status: 409, code: 10 },
  'too-large': { status: 400, code: 11 },
  'unsupported-media': { status: 415, code: 3 },
  'too-many-requests': { status: 429, code: 8 },
  unavailable: { status: 503, code: 14 },
  timeout: { status: 504, code: 4 },
  abandoned: { status: 499, code: 1 },
  corrupt: { status: 500, code: 15 },
  incomplete: { status: 500, code: 15 },
  internal: { status: 500, code: 13 },
};

/** Whether the response hides an error, so that the operator must be told. */
export function isFault(error: unknown): boolean {
  return !(error instanceof AnnalsError) || kinds[error.code].status === 500;
}

/** An error as a gRPC status, always as JSON, because the vendor's client reads nothing else. */
export function statusResponse(error: unknown): Response {
  const known = error instanceof AnnalsError ? error : new AnnalsError('internal', '');
  const { status, code } = kinds[known.code];
  const body: CockroachdbStatus = {
    code,
    message: isFault(error) ? 'internal error' : known.message,
    details: [],
  };
  const headers = new Headers({ 'Content-Type': 'application/json' });
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer');
  if (known.retryAfterSeconds !== undefined) {
    headers.set('Retry-After', String(known.retryAfterSeconds));
  }
  return new Response(JSON.stringify(body), { status, headers });
}
