import { AnnalsError, type ErrorCode } from '../../core/errors.ts';
import type { UpcloudProblem } from './wire.ts';

/** Each of our errors in UpCloud's terms (wire: UpCloud 7). */
const kinds: Record<ErrorCode, { status: number; code: string; title: string }> = {
  invalid: { status: 400, code: 'ERROR_INVALID_REQUEST', title: 'Validation error.' },
  unauthenticated: {
    status: 401,
    code: 'ERROR_AUTHENTICATION_FAILED',
    title: 'Authentication failed.',
  },
  // The vendor's own example for a user who may not read audit logs, and what its command-line tool looks for.
  forbidden: { status: 401, code: 'ERROR_INVALID_CREDENTIALS', title: 'Invalid user type.' },
  'not-found': { status: 404, code: 'ERROR_RESOURCE_NOT_FOUND', title: 'Resource not found.' },
  gone: { status: 410, code: 'ERROR_RESOURCE_NOT_FOUND', title: 'Resource gone.' },
  'method-not-allowed': {
    status: 405,
    code: 'ERROR_METHOD_NOT_ALLOWED',
    title: 'Method not allowed.',
  },
  conflict: { status: 409, code: 'ERROR_INVALID_REQUEST', title: 'Conflict.' },
  'too-large': { status: 400, code: 'ERROR_INVALID_REQUEST', title: 'Request too large.' },
  'unsupported-media': {
    status: 415,
    code: 'ERROR_INVALID_REQUEST',
    title: 'Unsupported media type.',
  },
  'too-many-requests': {
    status: 429,
    code: 'ERROR_TOO_MANY_REQUESTS',
    title: 'Too many requests.',
  },
  unavailable: { status: 503, code: 'ERROR_SERVICE_ERROR', title: 'Service unavailable.' },
  timeout: { status: 503, code: 'ERROR_SERVICE_ERROR', title: 'Service took too long.' },
  abandoned: { status: 499, code: 'ERROR_SERVICE_ERROR', title: 'Client closed the request.' },
  corrupt: { status: 500, code: 'ERROR_SERVICE_ERROR', title: 'Service error.' },
  incomplete: { status: 500, code: 'ERROR_SERVICE_ERROR', title: 'Service error.' },
  internal: { status: 500, code: 'ERROR_SERVICE_ERROR', title: 'Service error.' },
};

/** Whether the response hides an error, so that the operator must be told. */
export function isFault(error: unknown): boolean {
  return !(error instanceof AnnalsError) || kinds[error.code].status === 500;
}

/**
 * An error as a problem document. The media type has no parameters, because the vendor's client compares it as text. A
 * failure inside the server is not described.
 */
export function problemResponse(error: unknown, correlationId: string): Response {
  const known =
    error instanceof AnnalsError && !isFault(error) ? error : new AnnalsError('internal', '');
  const { status, code, title } = kinds[known.code];
  const problem: UpcloudProblem = {
    type: `https://developers.upcloud.com/1.3/errors#${code}`,
    title,
    status,
    ...(known.message !== '' && { detail: known.message }),
    ...(known.issues.length > 0 && {
      invalid_params: known.issues.map(({ field, message }) => ({ name: field, reason: message })),
    }),
    correlation_id: correlationId,
  };
  const headers = new Headers({
    'Content-Type': 'application/problem+json',
    'Content-Language': 'en',
  });
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer, Basic realm="audit-logs"');
  if (known.retryAfterSeconds !== undefined) {
    headers.set('Retry-After', String(known.retryAfterSeconds));
  }
  return new Response(JSON.stringify(problem), { status, headers });
}
