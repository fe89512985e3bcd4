import type { ErrorCode } from './errors.ts';

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  407: 'unauthenticated',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  413: 'too-large',
  415: 'unsupported-media',
  425: 'unavailable',
  429: 'too-many-requests',
  501: 'invalid',
};

/**
 * What a status means to the client that receives it, when it is not the one it expects. Every server that we call is
 * read by this one table; what our own servers send is in the table of each dialect.
 */
export function errorCodeOfStatus(status: number): ErrorCode {
  return codeByStatus[status] ?? (status >= 500 ? 'unavailable' : 'invalid');
}
