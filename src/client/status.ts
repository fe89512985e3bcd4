import { AnnalsError, type ErrorCode } from '../core/errors.ts';
import { errorCodeOfStatus } from '../core/http-status.ts';
import type { Clock } from '../core/micros.ts';
import { readRetryAfter } from '../core/retry-after.ts';
import { addressOf, type ClientRequest, type ClientResponse, readText } from './request.ts';

/** What a response with an unexpected status says. */
export interface ErrorResponse {
  readonly status: number;
  readonly code: ErrorCode;
  readonly text: string;
  /** The text as JSON; empty when it is not a JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  /** Where a redirect leads. */
  readonly location?: string;
}

const maxErrorBytes = 64 * 1024;
/** How much of a text that is not in a known form is shown. */
const maxShownCharacters = 300;
const maxMessageCharacters = 1_000;

/**
 * Reads a response with an unexpected status. Whatever the status, it means `too-many-requests` when the response says
 * when to come back or that there were too many requests: vendors disagree about the status (wire: CockroachDB 5.3).
 */
export async function readErrorResponse(
  response: ClientResponse,
  clock: Clock,
): Promise<ErrorResponse> {
  // The status is known already. The text is only for people to read, and may be missing.
  const text = await readText(response, maxErrorBytes).catch(() => '');
  const retryAfterSeconds = readRetryAfter(response.headers, clock);
  const isThrottled =
    response.status >= 400 &&
    (retryAfterSeconds !== undefined || /rate limit exceeded/i.test(text));
  const location = isRedirect(response.status) ? response.headers.get('location') : null;
  const code = isThrottled
    ? 'too-many-requests'
    : isRedirect(response.status)
      ? 'corrupt'
      : errorCodeOfStatus(response.status);
  return {
    status: response.status,
    code,
    text,
    body: parseObject(text),
    retryAfterSeconds,
    ...(location !== null && { location: inOneLine(location, maxShownCharacters) }),
  };
}

/** An error whose message has the address, the status and the server's sentence. */
export function toAnnalsError(found: ErrorResponse, request: ClientRequest): AnnalsError {
  const { status, code, retryAfterSeconds } = found;
  const said = isRedirect(status) ? redirectSentence(found) : sentenceOf(found);
  return new AnnalsError(
    code,
    `${addressOf(request)} answered ${status}${said === '' ? '' : `: ${said}`}`,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}

export async function responseError(
  response: ClientResponse,
  request: ClientRequest,
  clock: Clock,
): Promise<AnnalsError> {
  return toAnnalsError(await readErrorResponse(response, clock), request);
}

const isRedirect = (status: number): boolean => status >= 300 && status <= 399;

/** No request follows a redirect: the key and the events would go wherever it leads. */
function redirectSentence({ location }: ErrorResponse): string {
  const target = location === undefined ? '' : ` to ${location}`;
  return `a redirect${target}, which is not followed. If that is the right server, name it instead`;
}

/** The sentence in an error response, in each of the forms in use; empty when there is none. */
function sentenceOf({ text, body }: ErrorResponse): string {
  const { message, title, detail, error, error_description } = body;
  const inner = asRecord(error);
  const found = [detail, message, title, error_description, inner.error_message, error].find(
    (each) => typeof each === 'string' && each !== '',
  );
  if (typeof found === 'string') return inOneLine(found, maxMessageCharacters);
  // The source of a web page helps nobody.
  return /^\s*</.test(text) ? 'a web page' : inOneLine(text, maxShownCharacters);
}

const inOneLine = (text: string, maxCharacters: number): string =>
  text.replace(/\s+/g, ' ').trim().slice(0, maxCharacters);

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return {};
  }
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
