import type { Clock, Micros } from '../core/micros.ts';
import type { EventReader, EventRetention, ExpiredRange } from '../store/event-store.ts';
import { dropRecord, recordedDrop } from './drop-records.ts';
import { forEachConcurrent } from './for-each-concurrent.ts';
import type { Ledger } from './ledger.ts';

export interface RetentionOptions {
  readonly store: EventRetention & Pick<EventReader, 'list'>;
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  /** How long an event is kept after it was recorded. */
  readonly keep: Micros;
  /** Called with what was dropped. Must not throw. */
  readonly onDropped: (ranges: readonly ExpiredRange[]) => void;
  /** Called with the reason why a round ended early. Must not throw. */
  readonly onFailed: (error: unknown) => void;
}

/** In how many logs a drop is recorded at a time. */
const maxConcurrent = 16;

/**
 * Drops events whose retention is over. Each log has a durable record of a drop before anything of it is dropped. When a
 * round is interrupted, the next one continues it, and records only what is not recorded yet.
 */
export class Retention {
  readonly #options: RetentionOptions;
  #round: Promise<void> | undefined;
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Drops all that can be dropped now. Call it regularly. Never rejects. */
  async round(): Promise<void> {
    this.#round ??= this.#dropExpired()
      .catch((error: unknown) => this.#options.onFailed(error))
      .finally(() => {
        this.#round = undefined;
      });
    await this.#round;
  }

  /** Waits for the drop that has begun. The current round does nothing more, and no other round begins. */
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
      await forEachConcurrent(expired, maxConcurrent, (range) =>
        this.#record(range, recordedBefore),
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
