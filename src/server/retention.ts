import type { Logger } from 'pino';
import type { Clock, Micros } from '../core/micros.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { Retention } from '../ledger/retention.ts';
import type { EventStore, ExpiredRange } from '../store/event-store.ts';
import type { Settings } from './settings.ts';

export interface RetentionRoundsDependencies {
  readonly settings: Settings;
  readonly store: EventStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Time between two looks at what was kept for long enough, in milliseconds. */
const roundMillis = 3_600_000;

/**
 * How long a segment takes events: they are dropped together, so the first of them stay that much longer. An eighth of
 * the time that events are kept.
 */
export function segmentMicros({ retention }: Settings): { readonly segmentMicros?: Micros } {
  return retention === undefined ? {} : { segmentMicros: retention / 8 };
}

/** Drops what was kept for long enough, now and then every hour; nothing without the setting. */
export function startRetention(dependencies: RetentionRoundsDependencies): {
  close(): Promise<void>;
} {
  const { settings, store, ledger, clock, metrics, log } = dependencies;
  const { retention: keep } = settings;
  if (keep === undefined) return { close: async () => {} };
  const retention = new Retention({
    store,
    ledger,
    clock,
    keep,
    onDropped: (stretches) => {
      const events = stretches.reduce((sum, { from, to }: ExpiredRange) => sum + to - from, 0);
      metrics.droppedEvents.inc(events);
      log.info({ events, logs: stretches.length }, 'events were dropped: their retention is over');
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
