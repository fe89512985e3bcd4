import type { Logger } from 'pino';
import type { Clock, Micros } from '../core/micros.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { Retention } from '../ledger/retention.ts';
import type { EventReader, EventRetention, ExpiredRange } from '../store/event-store.ts';
import type { Settings } from './settings.ts';

export interface RetentionRoundsDependencies {
  readonly settings: Settings;
  readonly store: EventRetention;
  /** Reads a log once it is checked: nothing is dropped from one before. */
  readonly reader: Pick<EventReader, 'list'>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Time between two checks for events whose retention is over. */
const roundMillis = 3_600_000;

/**
 * How long a segment takes events: an eighth of the time that events are kept. They are dropped together, so the first
 * of them stay that much longer.
 */
export function segmentMicros({ retention }: Settings): { readonly segmentMicros?: Micros } {
  return retention === undefined ? {} : { segmentMicros: retention / 8 };
}

/** Drops events whose retention is over, now and then every hour; none without the setting. */
export function startRetention(dependencies: RetentionRoundsDependencies): {
  close(): Promise<void>;
} {
  const { settings, store, reader, ledger, clock, metrics, log } = dependencies;
  const { retention: keep } = settings;
  if (keep === undefined) return { close: async () => {} };
  const retention = new Retention({
    store: {
      expired: (...query) => store.expired(...query),
      drop: (...ranges) => store.drop(...ranges),
      list: (...query) => reader.list(...query),
    },
    ledger,
    clock,
    keep,
    onDropped: (ranges) => {
      const events = ranges.reduce((sum, { from, to }: ExpiredRange) => sum + to - from, 0);
      metrics.droppedEvents.inc(events);
      log.info({ events, logs: ranges.length }, 'events were dropped: their retention is over');
    },
    onFailed: (err) => log.error({ err }, 'events whose retention is over could not be dropped'),
  });
  void retention.round();
  const rounds = setInterval(() => retention.round(), roundMillis).unref();
  return {
    close: async () => {
      clearInterval(rounds);
      await retention.close();
    },
  };
}
