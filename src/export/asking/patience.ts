import { AnnalsError, type ErrorCode, messageOf } from '../../core/errors.ts';

/** Waits so many milliseconds; rejects when the signal is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface PatienceSettings {
  readonly sleep: Sleep;
  /** A number from 0 to 1, for jitter. */
  readonly chance: () => number;
  /** Told why and how long it is being waited. */
  readonly note: (text: string) => void;
  /** How often in a row one thing is tried again before it is given up. */
  readonly retries?: number;
}

/** What another try may mend. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unavailable',
  'timeout',
  'incomplete',
  'too-many-requests',
]);

const firstMilliseconds = 500;
const longestMilliseconds = 30_000;
/** A server that asks for more than this is taken at its word later, by another run. */
const longestAskedSeconds = 600;
const defaultRetries = 8;

/**
 * Trying again: waits longer after each failure in a row, up to half a minute, with jitter so that many clients do not
 * come back together; or as long as the server asked.
 */
export class Patience {
  readonly #settings: PatienceSettings;
  #failures = 0;

  constructor(settings: PatienceSettings) {
    this.#settings = settings;
  }

  /** Something went well: what fails next is the first failure. */
  reset(): void {
    this.#failures = 0;
  }

  /** Waits before the next try, or throws the error again when another try would not help. */
  async wait(error: unknown, signal: AbortSignal): Promise<void> {
    const { sleep, chance, note, retries = defaultRetries } = this.#settings;
    signal.throwIfAborted();
    if (!(error instanceof AnnalsError) || !passing.has(error.code)) throw error;
    this.#failures += 1;
    if (this.#failures > retries) throw error;
    const asked = error.retryAfterSeconds;
    if (asked !== undefined && asked > longestAskedSeconds) throw error;
    const backoff = Math.min(firstMilliseconds * 2 ** (this.#failures - 1), longestMilliseconds);
    const jittered = backoff * (0.5 + chance() / 2);
    const milliseconds = asked === undefined ? jittered : Math.max(asked * 1_000, jittered / 10);
    note(`${messageOf(error)}; trying again in ${(milliseconds / 1_000).toFixed(1)} s`);
    await sleep(milliseconds, signal);
  }
}

/** Does something until it succeeds or is beyond help. */
export async function patiently<T>(
  settings: PatienceSettings,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const patience = new Patience(settings);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await patience.wait(error, signal);
    }
  }
}
