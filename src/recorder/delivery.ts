import type { AnnalsError } from '../core/errors.ts';
import type { Outbox, QueuedEvent } from './outbox.ts';
import type { Schedule } from './schedule.ts';
import type { SendDrafts } from './send-drafts.ts';
import type { SendResult } from './send-result.ts';

export interface DeliveryLimits {
  readonly maxBatchEvents: number;
  readonly maxBatchBytes: number;
  /** How long an event waits for others to be sent with it. */
  readonly maxDelayMs: number;
}

export interface DeliveryDependencies {
  readonly outbox: Outbox;
  readonly sendDrafts: SendDrafts;
  readonly schedule: Schedule;
  /** How long to wait after this many failures in a row; `slowly` when only a person can correct the cause. */
  readonly retryDelayMs: (failures: number, slowly: boolean) => number;
  /** Whether there are losses that no event reports yet. */
  readonly hasLosses: () => boolean;
  /** Called before each request: puts an event that reports them into the outbox, if there is room. */
  readonly reportLosses: () => void;
  readonly onDelivered: (events: readonly QueuedEvent[]) => void;
  readonly onRejected: (events: readonly QueuedEvent[]) => void;
  readonly onError: (error: AnnalsError) => void;
}

/** Why there is a pause, which decides what may end it early. */
type Pause = 'for-more-events' | 'before-retry' | 'server-asked';

/**
 * Sends what waits in an outbox to the server, one request at a time, oldest first. Events leave the outbox when the log
 * has them or will never have them, so a request that failed, or whose response was lost, is repeated with the same
 * ids. Never rejects, and its pauses do not keep the process alive.
 */
export class Delivery {
  readonly #limits: DeliveryLimits;
  readonly #dependencies: DeliveryDependencies;
  readonly #stop = new AbortController();
  /** How many events a request may have now: halved when a rejection names no event, doubled by success. */
  #batchEvents: number;
  #failures = 0;
  #running = false;
  #pause: { readonly kind: Pause; readonly end: () => void } | undefined;
  #waiters: { readonly isDone: () => boolean; readonly settle: (done: boolean) => void }[] = [];

  constructor(limits: DeliveryLimits, dependencies: DeliveryDependencies) {
    this.#limits = limits;
    this.#dependencies = dependencies;
    this.#batchEvents = limits.maxBatchEvents;
  }

  /** Starts the work. To be called when something was queued or lost. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    if (this.#running) {
      if (this.#hasFullBatch()) this.#endPause('for-more-events');
    } else {
      this.#running = true;
      void this.#run();
    }
  }

  /**
   * Resolves with true once `isDone` returns true, which is called after each request. Resolves with false when the time
   * is up first, or the delivery stops. Until then no event waits for others, and the process is kept alive.
   */
  waitUntil(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isDone()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (done: boolean) => {
        cancel();
        this.#waiters = this.#waiters.filter((waiter) => waiter.settle !== settle);
        resolve(done);
      };
      const cancel = this.#dependencies.schedule(timeoutMs, () => settle(false), true);
      this.#waiters.push({ isDone, settle });
      this.#endPause('for-more-events');
    });
  }

  /** Ends a pause of our own choosing. One that the server asked for is kept. */
  hurry(): void {
    this.#failures = 0;
    this.#endPause('for-more-events', 'before-retry');
  }

  /** Ends the work, and the request that is under way. */
  stop(): void {
    this.#stop.abort();
    this.#endPause('for-more-events', 'before-retry', 'server-asked');
    for (const waiter of this.#waiters) waiter.settle(false);
  }

  async #run(): Promise<void> {
    const { outbox, hasLosses, reportLosses } = this.#dependencies;
    while ((outbox.length > 0 || hasLosses()) && !this.#stop.signal.aborted) {
      if (this.#waiters.length === 0 && !this.#hasFullBatch()) {
        await this.#sleep(this.#limits.maxDelayMs, 'for-more-events');
      }
      reportLosses();
      await this.#sendFront();
      for (const { isDone, settle } of this.#waiters) if (isDone()) settle(true);
    }
    this.#running = false;
  }

  async #sendFront(): Promise<void> {
    const { outbox, sendDrafts } = this.#dependencies;
    const batch = outbox.front(this.#batchEvents, this.#limits.maxBatchBytes);
    const drafts = batch.map((event) => event.text);
    const result = await sendDrafts(drafts, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    if (result.kind === 'accepted') this.#accepted(batch);
    else if (result.kind === 'rejected') await this.#rejected(batch, result);
    else await this.#postponed(result);
  }

  #accepted(batch: readonly QueuedEvent[]): void {
    const { outbox, onDelivered } = this.#dependencies;
    outbox.removeFront(batch.length);
    onDelivered(batch);
    this.#failures = 0;
    this.#batchEvents = Math.min(this.#limits.maxBatchEvents, this.#batchEvents * 2);
  }

  async #rejected(
    batch: readonly QueuedEvent[],
    { error, indexes: named }: Extract<SendResult, { kind: 'rejected' }>,
  ) {
    const { outbox, onRejected, onError, retryDelayMs } = this.#dependencies;
    onError(error);
    const indexes = batch.length === 1 ? new Set([0]) : named;
    if (indexes.size > 0) {
      outbox.remove(indexes);
      onRejected(batch.filter((_, index) => indexes.has(index)));
    } else {
      this.#batchEvents = Math.ceil(batch.length / 2);
    }
    // A server that names no event may reject everything: it must not be called as fast as it answers.
    if (named.size === 0) await this.#sleep(retryDelayMs(1, false), 'before-retry');
  }

  async #postponed({ error, slowly, afterMs }: Extract<SendResult, { kind: 'later' }>) {
    this.#dependencies.onError(error);
    this.#failures += 1;
    const delayMs = this.#dependencies.retryDelayMs(this.#failures, slowly);
    if (afterMs === undefined) await this.#sleep(delayMs, 'before-retry');
    else await this.#sleep(Math.max(afterMs, delayMs), 'server-asked');
  }

  #hasFullBatch(): boolean {
    const { outbox } = this.#dependencies;
    return (
      outbox.length >= this.#limits.maxBatchEvents || outbox.bytes >= this.#limits.maxBatchBytes
    );
  }

  async #sleep(delayMs: number, kind: Pause): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#dependencies.schedule(delayMs, resolve);
      this.#pause = {
        kind,
        end: () => {
          cancel();
          resolve();
        },
      };
    });
    this.#pause = undefined;
  }

  #endPause(...kinds: readonly Pause[]): void {
    if (this.#pause !== undefined && kinds.includes(this.#pause.kind)) this.#pause.end();
  }
}
