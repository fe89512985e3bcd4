import { AnnalsError, type ErrorCode, messageOf } from '../core/errors.ts';

/** Waits so many milliseconds; rejects when the signal is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface RetrySettings {
  readonly sleep: Sleep;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Told why and how long it is being waited. */
  readonly notify: (text: string) => void;
  /** How often in a row one thing is tried again before it is given up. */
  readonly maxRetries?: number;
}

/** What another try may mend. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unavailable',
  'timeout',
  'incomplete',
  'too-many-requests',
]);

const firstBackoffMilliseconds = 500;
const maxBackoffMilliseconds = 30_000;
/** A server that asks for more than this is taken at its word later, by another run. */
const maxRetryAfterSeconds = 600;
const defaultMaxRetries = 8;

/**
 * Trying again: waits longer after each failure in a row, up to half a minute, with jitter so that many clients do not
 * come back together; or as long as the server asked.
 */
export class Retrier {
  readonly #settings: RetrySettings;
  #failures = 0;

  constructor(settings: RetrySettings) {
    this.#settings = settings;
  }

  /** Something went well: what fails next is the first failure. */
  reset(): void {
    this.#failures = 0;
  }

  /** Waits before the next try, or throws the error again when another try would not help. */
  async wait(error: unknown, signal: AbortSignal): Promise<void> {
    const { sleep, random, notify, maxRetries = defaultMaxRetries } = this.#settings;
    signal.throwIfAborted();
    if (!(error instanceof AnnalsError) || !retryableCodes.has(error.code)) throw error;
    this.#failures += 1;
    if (this.#failures > maxRetries) throw error;
    const asked = error.retryAfterSeconds;
    if (asked !== undefined && asked > maxRetryAfterSeconds) throw error;
    const backoff = Math.min(
      firstBackoffMilliseconds * 2 ** (this.#failures - 1),
      maxBackoffMilliseconds,
    );
    const jittered = backoff * (0.5 + random() / 2);
    const milliseconds = asked === undefined ? jittered : Math.max(asked * 1_000, jittered / 10);
    notify(`${messageOf(error)}; trying again in ${(milliseconds / 1_000).toFixed(1)} s`);
    await sleep(milliseconds, signal);
  }
}

/** Does something until it succeeds or is beyond help. */
export async function retry<T>(
  settings: RetrySettings,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const patience = new Retrier(settings);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await patience.wait(error, signal);
    }
  }
}
