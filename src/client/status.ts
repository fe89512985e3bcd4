import { AnnalsError, type ErrorCode } from '../core/errors.ts';
import { type Clock, millisecond } from '../core/micros.ts';
import { type ClientRequest, type ClientResponse, urlWithoutQuery } from './request.ts';

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  413: 'too-large',
  405: 'method-not-allowed',
  408: 'timeout',
  425: 'unavailable',
  429: 'too-many-requests',
  501: 'invalid',
};

/** How much of a refusal is read, and how much of it is shown. */
const maxErrorBytes = 64 * 1024;
const maxErrorCharacters = 300;

/**
 * What an answer other than 200 means. Whatever its status, it is a throttle when it says when to come back or that
 * there were too many requests: vendors disagree about the status (wire: CockroachDB 5.3).
 */
export async function responseError(
  response: ClientResponse,
  request: ClientRequest,
  clock: Clock,
): Promise<AnnalsError> {
  // The status is known; what was said about it is only for the eye, and may be missing.
  const text = await readSmallText(response, maxErrorBytes).catch(() => '');
  // Their date is by their clock, which need not be ours.
  const theirs = Date.parse(response.headers.get('date') ?? '') * millisecond;
  const retryAfterSeconds = parseRetryAfter(response.headers.get('retry-after'), () =>
    Number.isNaN(theirs) ? clock() : theirs,
  );
  const throttled =
    response.status >= 400 &&
    (retryAfterSeconds !== undefined || /rate limit exceeded/i.test(text));
  const code: ErrorCode = throttled
    ? 'too-many-requests'
    : (codeByStatus[response.status] ?? (response.status >= 500 ? 'unavailable' : 'invalid'));
  const said = errorMessageIn(text);
  return new AnnalsError(
    code,
    `${urlWithoutQuery(request)} answered ${response.status}${said === '' ? '' : `: ${said}`}`,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}

/** Seconds or an HTTP date (RFC 9110, section 10.2.3); undefined for anything else. */
export function parseRetryAfter(value: string | null, clock: Clock): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  // Date.parse takes much more than the dates of HTTP, "-1" among it.
  const date = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  return Math.max(0, (date - clock() / millisecond) / 1_000);
}

/** A body that ought to be small, as text. Throws `too-large` when it is not. */
export async function readSmallText(response: ClientResponse, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.discard();
      throw new AnnalsError('too-large', `The answer has more than ${maxBytes} bytes`);
    }
  }
  return Buffer.concat(chunks).toString();
}

/** The sentence in a refusal, in whichever of the shapes in use. */
function errorMessageIn(text: string): string {
  const shown = (value: string) => value.replace(/\s+/g, ' ').trim().slice(0, maxErrorCharacters);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // HTML is for a browser, and its source tells nobody anything.
    return /^\s*</.test(text) ? 'a web page' : shown(text);
  }
  const { message, title, detail, error, error_description } = asRecord(parsed);
  const inner = asRecord(error);
  const found = [detail, message, title, error_description, inner.error_message, error].find(
    (each) => typeof each === 'string' && each !== '',
  );
  return shown(typeof found === 'string' ? found : text);
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
