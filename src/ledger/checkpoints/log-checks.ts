import { setTimeout } from 'node:timers/promises';
import { AnnalsError } from '../../core/errors.ts';

export interface LogChecksOptions {
  /** The logs that have to be checked. */
  readonly organisations: Iterable<string>;
  /** Rejects with `corrupt` when the log is damaged; with anything else when it could not be checked. */
  readonly check: (organisation: string) => Promise<void>;
  /** Called once for each damaged log. Must not throw. */
  readonly onDamaged: (organisation: string, error: AnnalsError) => void;
  /** Called when a log could not be checked, which is tried again. Must not throw. */
  readonly onFailed: (organisation: string, error: unknown) => void;
}

/** Before logs that could not be checked are tried again. */
const retryMillis = 10_000;

/**
 * The check of every log after a start. It goes on in the background, and a log that somebody asks for is checked at
 * once: nothing is read from a log, added to it or signed before its check, nor when it is damaged.
 */
export class LogChecks {
  readonly #options: LogChecksOptions;
  readonly #unchecked: Set<string>;
  readonly #checking = new Map<string, Promise<void>>();
  readonly #damaged = new Map<string, AnnalsError>();
  readonly #closing = new AbortController();
  #background: Promise<void> = Promise.resolve();

  constructor(options: LogChecksOptions) {
    this.#options = options;
    this.#unchecked = new Set(options.organisations);
  }

  /** Logs that are not checked yet. */
  get unchecked(): number {
    return this.#unchecked.size;
  }

  /** Logs that were found to be damaged. */
  get damaged(): number {
    return this.#damaged.size;
  }

  /**
   * Undefined once a log is checked and not damaged. Otherwise it resolves when it is. It rejects with `corrupt` when the
   * log is damaged.
   */
  pending(organisation: string): Promise<void> | undefined {
    if (this.#unchecked.size === 0 && this.#damaged.size === 0) return undefined;
    const damage = this.#damaged.get(organisation);
    if (damage !== undefined) return Promise.reject(damage);
    if (!this.#unchecked.has(organisation)) return undefined;
    let checking = this.#checking.get(organisation);
    if (checking === undefined) {
      checking = this.#check(organisation).finally(() => this.#checking.delete(organisation));
      this.#checking.set(organisation, checking);
    }
    return checking;
  }

  /** Checks all logs that are left, one after the other. */
  checkAll(): void {
    this.#background = this.#checkAll();
  }

  /** Waits for the check under way, and checks nothing more by itself. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#background;
  }

  async #checkAll(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#unchecked.size > 0 && !signal.aborted) {
      for (const organisation of this.#unchecked) {
        if (signal.aborted) return;
        await this.pending(organisation)?.catch((error: unknown) => {
          if (!isDamage(error)) this.#options.onFailed(organisation, error);
        });
      }
      if (this.#unchecked.size > 0) {
        await setTimeout(retryMillis, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }

  async #check(organisation: string): Promise<void> {
    try {
      await this.#options.check(organisation);
      this.#unchecked.delete(organisation);
    } catch (error) {
      if (isDamage(error)) {
        this.#unchecked.delete(organisation);
        this.#damaged.set(organisation, error);
        this.#options.onDamaged(organisation, error);
      }
      throw error;
    }
  }
}

function isDamage(error: unknown): error is AnnalsError {
  return error instanceof AnnalsError && error.code === 'corrupt';
}
