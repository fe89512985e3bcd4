import { AnnalsError, type ErrorCode } from '../core/errors.ts';

/** HTTP status of each kind of error in the native dialect (wire: Thalassa 4). */
const nativeStatus: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  'unsupported-media': 415,
  'too-many-requests': 429,
  unavailable: 503,
  timeout: 503,
  abandoned: 499,
  corrupt: 500,
  incomplete: 502,
  internal: 500,
};

/** Whether the server itself failed: the client learns nothing about it, the operator everything. */
export function isFault(error: unknown): boolean {
  return !(error instanceof AnnalsError) || nativeStatus[error.code] === 500;
}

/**
 * `{"message"}`, and for a request that was wrong `errors`: which event, which field, what is so instead. A failure
 * inside the server is one plain sentence, without the cause. Damage to the trail is named: a second attempt would fail
 * in the same way.
 */
export function nativeErrorResponse(
  error: unknown,
  extraHeaders: Record<string, string> = {},
): Response {
  const known = error instanceof AnnalsError ? error : undefined;
  const status = known === undefined ? 500 : nativeStatus[known.code];
  const message =
    known === undefined || known.code === 'internal'
      ? 'The server failed; its log says why'
      : known.message;
  const headers = new Headers(extraHeaders);
  headers.set('Content-Type', 'application/json');
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer');
  if (known?.retryAfterSeconds !== undefined) {
    headers.set('Retry-After', String(known.retryAfterSeconds));
  }
  const errors = known?.issues ?? [];
  return new Response(JSON.stringify(errors.length === 0 ? { message } : { message, errors }), {
    status,
    headers,
  });
}

/** The response to a method that a path does not have. */
export function methodNotAllowed(method: string, allowed: string): Response {
  return nativeErrorResponse(
    new AnnalsError(
      'method-not-allowed',
      `${method} is not possible here; events are never changed or removed`,
    ),
    { Allow: allowed },
  );
}

/** Nobody learns whether another organisation has an event of this id. */
export function eventNotFound(): AnnalsError {
  return new AnnalsError('not-found', 'There is no event of this id in the organisation’s log');
}
