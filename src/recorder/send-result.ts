import { AnnalsError, type ErrorCode, transientCodes } from '../core/errors.ts';
import { errorCodeOfStatus } from '../core/http-status.ts';

/** The result of one request. */
export type SendResult =
  /** The log has all of its events. */
  | { readonly kind: 'accepted' }
  /**
   * The log has none of its events, and the same request would be rejected again. The events at `indexes` are wrong.
   * When there are no indexes, one of the events is wrong, or they are too many together.
   */
  | {
      readonly kind: 'rejected';
      readonly indexes: ReadonlySet<number>;
      readonly error: AnnalsError;
    }
  /**
   * The request may succeed later; the log has all of its events or none. `slowly`: somebody has to change something
   * first. `afterMs`: the server asked for a pause this long.
   */
  | {
      readonly kind: 'later';
      readonly slowly: boolean;
      readonly afterMs?: number | undefined;
      readonly error: AnnalsError;
    };

/** Errors of the key or the address: nothing is wrong with the events. */
const misconfiguredCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unauthenticated',
  'forbidden',
  'not-found',
  'method-not-allowed',
]);

/** Reads an HTTP response to a request with `sent` events; `text` is its body. */
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
    // Anything between us and the server may answer 200; only the log counts what it accepted.
    const problem = `it answered ${status}, but not as an Annals server does`;
    return { kind: 'later', slowly: true, afterMs, error: sendError('corrupt', url, problem) };
  }
  const message = body.message;
  const said = typeof message === 'string' ? `: ${message.slice(0, 1_000)}` : '';
  const code = errorCodeOfStatus(status);
  const error = sendError(code, url, `it answered ${status}${said}`);
  const clientError = status >= 400 && status < 500 && !transientCodes.has(code);
  const indexes = rejectedIndexes(body.errors, sent);
  if (clientError && (indexes.size > 0 || !misconfiguredCodes.has(code))) {
    return { kind: 'rejected', indexes, error };
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

/** The indexes in `[{"index","field","message"}]`. */
function rejectedIndexes(errors: unknown, sent: number): ReadonlySet<number> {
  const indexes = new Set<number>();
  for (const error of Array.isArray(errors) ? (errors as unknown[]) : []) {
    const index = (error as { index?: unknown } | null)?.index;
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < sent) {
      indexes.add(index);
    }
  }
  return indexes;
}
