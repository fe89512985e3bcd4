import { type BackoffLimits, backoffMillis } from '../core/backoff.ts';
import { AnnalsError, messageOf, transientCodes } from '../core/errors.ts';

/** Waits this many milliseconds. Rejects when the signal is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface RetrySettings {
  readonly sleep: Sleep;
  /** Gives a number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Called before each pause with the reason and how long it is. */
  readonly notify: (text: string) => void;
  /** How many failures in a row are retried before the error is thrown; 8 when absent. */
  readonly maxRetries?: number;
}

const backoffLimits: BackoffLimits = { firstMillis: 500, maxMillis: 30_000 };
/** No pause is longer. A server that asks for more is left to a later run, unless the retries have no limit. */
const maxRetryAfterSeconds = 600;
const defaultMaxRetries = 8;

/**
 * Decides whether to try again, and waits before it: longer after each failure in a row, or as long as the server
 * asked.
 */
export class Retrier {
  readonly #settings: RetrySettings;
  #failures = 0;

  constructor(settings: RetrySettings) {
    this.#settings = settings;
  }

  /** Something succeeded: the next failure counts as the first. */
  reset(): void {
    this.#failures = 0;
  }

  /** Waits before the next attempt. Throws the error when another attempt would not help. */
  async wait(error: unknown, signal: AbortSignal): Promise<void> {
    const { sleep, random, notify, maxRetries = defaultMaxRetries } = this.#settings;
    signal.throwIfAborted();
    if (!(error instanceof AnnalsError) || error.isPermanent) throw error;
    if (!transientCodes.has(error.code)) throw error;
    this.#failures += 1;
    if (this.#failures > maxRetries) throw error;
    const backoff = backoffMillis(this.#failures, backoffLimits, random);
    let milliseconds = backoff;
    const { retryAfterSeconds } = error;
    if (retryAfterSeconds !== undefined) {
      if (retryAfterSeconds > maxRetryAfterSeconds && Number.isFinite(maxRetries)) throw error;
      const asked = Math.min(retryAfterSeconds, maxRetryAfterSeconds) * 1_000;
      // A server that asks for no pause at all gets a short one.
      milliseconds = Math.max(asked, backoff / 10);
    }
    notify(`${messageOf(error)}; trying again in ${(milliseconds / 1_000).toFixed(1)} s`);
    await sleep(milliseconds, signal);
  }
}

/** Calls `attempt` until it succeeds, or fails in a way that another attempt would not help. */
export async function retry<T>(
  settings: RetrySettings,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const retrier = new Retrier(settings);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await retrier.wait(error, signal);
    }
  }
}
