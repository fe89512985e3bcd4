import { AnnalsError, messageOf } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import { readRetryAfter } from '../core/retry-after.ts';
import type { KeySource } from './options.ts';
import type { Schedule } from './schedule.ts';
import { readSendResult, type SendResult, sendError } from './send-result.ts';

/** Sends drafts, each a JSON text, in one request. Always resolves; at once when the signal is aborted. */
export type SendDrafts = (drafts: readonly string[], signal: AbortSignal) => Promise<SendResult>;

export interface SendDraftsOptions {
  /** The address of the server, without `/v1/…`. */
  readonly api: string;
  readonly key: KeySource;
  readonly requestTimeoutMs: number;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly schedule: Schedule;
}

/** However long a server asks to be left alone, it is called again after this. */
const maxRetryAfterMs = 60 * 60 * 1_000;

/** A response is a few sentences; what sends more is not an Annals server. */
const maxResponseChars = 64 * 1_024;

export function createSendDrafts(options: SendDraftsOptions): SendDrafts {
  const url = `${options.api.replace(/\/+$/, '')}/v1/audit/events`;
  return async (drafts, stopSignal) => {
    const timeout = new AbortController();
    const cancel = options.schedule(options.requestTimeoutMs, () => timeout.abort());
    const signal = AbortSignal.any([stopSignal, timeout.signal]);
    try {
      const key = await Promise.race([currentKey(options.key), aborted(signal)]);
      const response = await options.fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'user-agent': 'annals-recorder',
        },
        body: `{"events":[${drafts.join(',')}]}`,
        // A redirected POST becomes a GET, and the key would go wherever the response says.
        redirect: 'manual',
        signal,
      });
      const text = await readText(response);
      const seconds = readRetryAfter(response.headers, options.clock);
      const afterMs = seconds && Math.min(seconds * 1_000, maxRetryAfterMs);
      return readSendResult(url, drafts.length, response.status, text, afterMs);
    } catch (error) {
      if (error instanceof AnnalsError) return { kind: 'later', slowly: true, error };
      const problem = timeout.signal.aborted
        ? `no response within ${options.requestTimeoutMs} ms`
        : reasonOf(error);
      const code = timeout.signal.aborted ? 'timeout' : 'unavailable';
      return { kind: 'later', slowly: false, error: sendError(code, url, problem, error) };
    } finally {
      cancel();
    }
  };
}

async function currentKey(key: KeySource): Promise<string> {
  const current = typeof key === 'string' ? key : await key();
  // Checked here because fetch would put the whole key into its error message.
  if (/^[\x21-\x7e]+$/.test(current)) return current;
  throw new AnnalsError(
    'unauthenticated',
    'Cannot send recorded events: the key is empty or holds characters that no key has',
  );
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > maxResponseChars) break;
  }
  return text;
}

/** fetch itself says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause ?? error) || 'the connection failed';
}
