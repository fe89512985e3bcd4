import type { IssuedCheckpoint } from '../checkpoints/archive.ts';
import type { Anchor } from './anchor.ts';

export interface AnchorQueueOptions {
  /** Waits, in milliseconds; rejects when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Told of each checkpoint that arrived. Must not throw. */
  readonly onPushed?: (anchor: Anchor) => void;
  /** Told of each attempt that failed. Must not throw. */
  readonly onFailed?: (anchor: Anchor, error: unknown) => void;
}

const minBackoffMillis = 1_000;
const maxBackoffMillis = 60_000;

/**
 * Brings checkpoints to one anchor, in the background and one after the other. While it fails, the pauses between
 * attempts double, and of each log only the newest checkpoint waits: it says all that the ones before it say, and a
 * place that is gone for a week costs no memory.
 */
export class AnchorQueue {
  readonly #anchor: Anchor;
  readonly #options: AnchorQueueOptions;
  readonly #waiting = new Map<string, IssuedCheckpoint>();
  /** Aborted when it is closed, and when it has had its time after that. */
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

  /** Brings what waits, until an attempt fails or this many milliseconds are over. */
  async close(timeoutMillis: number): Promise<void> {
    this.#closing.abort();
    const timer = setTimeout(() => this.#givingUp.abort(), timeoutMillis);
    await this.#running;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { signal: closing } = this.#closing;
    let pause = minBackoffMillis;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      try {
        await this.#anchor.push(next.message, this.#givingUp.signal);
        if (this.#waiting.get(next.organisation) === next) this.#waiting.delete(next.organisation);
        pause = minBackoffMillis;
        this.#options.onPushed?.(this.#anchor);
      } catch (error) {
        this.#options.onFailed?.(this.#anchor, error);
        if (closing.aborted) return;
        await this.#options.sleep(pause, closing).catch(() => {});
        pause = Math.min(pause * 2, maxBackoffMillis);
      }
    }
  }

  #next(): IssuedCheckpoint | undefined {
    return this.#waiting.values().next().value;
  }
}
