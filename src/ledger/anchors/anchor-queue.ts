import { type BackoffLimits, backoffMillis } from '../../core/backoff.ts';
import type { IssuedCheckpoint } from '../checkpoints/archive.ts';
import type { Anchor } from './anchor.ts';

export interface AnchorQueueOptions {
  /** Waits, in milliseconds; rejects when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Gives a number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Called for each checkpoint that arrived. Must not throw. */
  readonly onPushed?: (anchor: Anchor) => void;
  /** Called for each attempt that failed. Must not throw. */
  readonly onFailed?: (anchor: Anchor, error: unknown) => void;
}

const backoffLimits: BackoffLimits = { firstMillis: 1_000, maxMillis: 60_000 };

/**
 * Brings checkpoints to one anchor, in the background and one after the other. While it fails, the pauses between
 * attempts grow, and of each log only the newest checkpoint waits: it says all that the ones before it say, and an
 * anchor that is gone for a week costs no memory.
 */
export class AnchorQueue {
  readonly #anchor: Anchor;
  readonly #options: AnchorQueueOptions;
  readonly #waiting = new Map<string, IssuedCheckpoint>();
  /** Aborted when the queue is closed, and when the time it then has is over. */
  readonly #closing = new AbortController();
  readonly #givingUp = new AbortController();
  #running: Promise<void> | undefined;

  constructor(anchor: Anchor, options: AnchorQueueOptions) {
    this.#anchor = anchor;
    this.#options = options;
  }

  /** Never fails and never waits. */
  push(checkpoint: IssuedCheckpoint): void {
    if (this.#closing.signal.aborted) return;
    this.#waiting.delete(checkpoint.organisation);
    this.#waiting.set(checkpoint.organisation, checkpoint);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  get name(): string {
    return this.#anchor.name;
  }

  /** Checkpoints that the anchor does not have yet, at most one of each log. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Brings what waits, until an attempt fails or this many milliseconds are over. */
  async close(timeoutMillis: number): Promise<void> {
    this.#closing.abort();
    const timer = setTimeout(() => this.#givingUp.abort(), timeoutMillis);
    await this.#running;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { sleep, random, onPushed, onFailed } = this.#options;
    const { signal: closing } = this.#closing;
    let failures = 0;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      try {
        await this.#anchor.push(next.message, this.#givingUp.signal);
        if (this.#waiting.get(next.organisation) === next) this.#waiting.delete(next.organisation);
        failures = 0;
        onPushed?.(this.#anchor);
      } catch (error) {
        onFailed?.(this.#anchor, error);
        if (closing.aborted) return;
        failures += 1;
        await sleep(backoffMillis(failures, backoffLimits, random), closing).catch(() => {});
      }
    }
  }

  #next(): IssuedCheckpoint | undefined {
    return this.#waiting.values().next().value;
  }
}
