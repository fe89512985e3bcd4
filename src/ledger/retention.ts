import type { Clock, Micros } from '../core/micros.ts';
import type { EventReader, EventRetention, ExpiredRange } from '../store/event-store.ts';
import { dropRecord, recordedDrop } from './drop-records.ts';
import { forEachConcurrent } from './for-each-concurrent.ts';
import type { Ledger } from './ledger.ts';

export interface RetentionOptions {
  readonly store: EventRetention & Pick<EventReader, 'list'>;
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  /** How long an event is kept, from when it was recorded. */
  readonly keep: Micros;
  /** Told what was dropped, once it is. Must not throw. */
  readonly onDropped: (stretches: readonly ExpiredRange[]) => void;
  /** Told why a round ended early. Must not throw. */
  readonly onFailed: (error: unknown) => void;
}

/** Logs that are told at a time of what they lose. */
const maxConcurrent = 16;

/**
 * Drops what was kept for long enough. Nothing goes before the log it goes from says so: a record of what is dropped is
 * durable first. A round that was cut off is taken up by the next one, which records only what is not recorded yet.
 */
export class Retention {
  readonly #options: RetentionOptions;
  #round: Promise<void> | undefined;
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Drops all that can be dropped now. To be called now and then; never rejects. */
  async round(): Promise<void> {
    this.#round ??= this.#dropExpired()
      .catch((error: unknown) => this.#options.onFailed(error))
      .finally(() => {
        this.#round = undefined;
      });
    await this.#round;
  }

  /** Waits for what the round under way has begun to drop; it goes no further, and no other begins. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#round;
  }

  async #dropExpired(): Promise<void> {
    const { store, clock, keep, onDropped } = this.#options;
    const recordedBefore = clock() - keep;
    while (!this.#closed) {
      const expired = await store.expired(recordedBefore);
      if (expired.length === 0) return;
      await forEachConcurrent(expired, maxConcurrent, (stretch) =>
        this.#record(stretch, recordedBefore),
      );
      await store.drop(expired);
      onDropped(expired);
    }
  }

  async #record(expired: ExpiredRange, recordedBefore: Micros): Promise<void> {
    const { store, ledger } = this.#options;
    const { organisation, to } = expired;
    const from = (await recordedDrop(store, organisation, expired.from)) ?? expired.from;
    if (from >= to) return;
    await ledger.record(organisation, [dropRecord({ organisation, from, to }, recordedBefore)]);
  }
}
