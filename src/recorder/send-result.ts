import { AnnalsError, type ErrorCode, transientCodes } from '../core/errors.ts';
import { errorCodeOfStatus } from '../core/http-status.ts';

/** What became of one request. */
export type SendResult =
  /** The log has every event of it. */
  | { readonly kind: 'accepted' }
  /**
   * Repeating it as it is would be in vain, and the log has none of its events. Those at `places` are bad; when
   * none is named, one of them is, or they are too many together.
   */
  | { readonly kind: 'refused'; readonly places: ReadonlySet<number>; readonly error: AnnalsError }
  /**
   * It may go through later; the log has all of its events or none. `slowly`: somebody has to change something
   * first. `afterMs`: the server asked not to be tried again before.
   */
  | {
      readonly kind: 'later';
      readonly slowly: boolean;
      readonly afterMs?: number | undefined;
      readonly error: AnnalsError;
    };

/** Errors of the key or the address: these events are as good as any. */
const misconfiguredCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unauthenticated',
  'forbidden',
  'not-found',
  'method-not-allowed',
]);

/** Understands an HTTP answer to `sent` events; `text` is its body. */
export function readSendResult(
  url: string,
  sent: number,
  status: number,
  text: string,
  afterMs: number | undefined,
): SendResult {
  const body = parseObject(text);
  if (status === 200 || status === 201) {
    if (Number(body.accepted) + Number(body.duplicates) === sent) return { kind: 'accepted' };
    // Anything on the way may answer 200; only the log counts what it took.
    const problem = `it answered ${status}, but not as an Annals server does`;
    return { kind: 'later', slowly: true, afterMs, error: sendError('corrupt', url, problem) };
  }
  const message = body.message;
  const said = typeof message === 'string' ? `: ${message.slice(0, 1_000)}` : '';
  const code = errorCodeOfStatus(status);
  const error = sendError(code, url, `it answered ${status}${said}`);
  const clientError = status >= 400 && status < 500 && !transientCodes.has(code);
  const places = rejectedIndexes(body.errors, sent);
  if (clientError && (places.size > 0 || !misconfiguredCodes.has(code))) {
    return { kind: 'refused', places, error };
  }
  return { kind: 'later', slowly: clientError || status < 400, afterMs, error };
}

export function sendError(
  code: ErrorCode,
  url: string,
  problem: string,
  cause?: unknown,
): AnnalsError {
  return new AnnalsError(code, `Cannot send recorded events to ${url}: ${problem}`, { cause });
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Places of bad events in `[{"index","field","message"}]`. */
function rejectedIndexes(errors: unknown, sent: number): ReadonlySet<number> {
  const places = new Set<number>();
  for (const error of Array.isArray(errors) ? (errors as unknown[]) : []) {
    const index = (error as { index?: unknown } | null)?.index;
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < sent) {
      places.add(index);
    }
  }
  return places;
}
