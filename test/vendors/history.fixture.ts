/**
 * Random histories: what a vendor has before the first request, and what changes between requests. A
 * history is a plain value, so a test may also write one by hand.
 */
import { timeOf, type VendorEvent, type VendorKind } from './events.fixture.ts';
import { DAY, formatInstant, instant } from './instant.fixture.ts';
import { type SeededRandom, seeded } from './random.fixture.ts';
import { defaultWindow, type EventOptions, randomEvents } from './random-events.fixture.ts';

/** Something that happens to the trail right after the vendor's n-th response. */
export interface Change {
  readonly afterRequest: number;
  /** Events that become visible. */
  readonly arrive?: readonly VendorEvent[];
  /** Retention: events older than this instant disappear. */
  readonly forgetBefore?: string;
}

export interface History {
  readonly events: readonly VendorEvent[];
  readonly changes: readonly Change[];
}

export interface HistoryOptions extends EventOptions {
  /** Events that exist before the first request. Default 200. */
  readonly count?: number;
  /** Events that arrive between requests, in time order in the day after `to`. Default 0. */
  readonly arrivals?: number;
  /** Events that arrive between requests, with times in `[from, to)`. Default 0. */
  readonly late?: number;
  /** Share of the oldest events that retention removes between requests. Default 0. */
  readonly forgotten?: number;
  /** All of that happens after one of the first requests, of which this is the number. Default 10. */
  readonly withinRequests?: number;
}

/** Equal arguments give an equal history. */
export function randomHistory(
  kind: VendorKind,
  seed: number | string,
  options: HistoryOptions = {},
): History {
  const { count = 200, arrivals = 0, late = 0, forgotten = 0, withinRequests = 10 } = options;
  const events = randomEvents(kind, `${seed} events`, count, options);
  const to = options.to ?? defaultWindow.to;
  const nextDay = { from: to, to: formatInstant(instant(to) + DAY, 9) };
  const meanwhile = { ...options, tieBlock: 0 };
  const fresh = randomEvents(kind, `${seed} fresh`, arrivals, { ...meanwhile, ...nextDay });
  const tardy = randomEvents(kind, `${seed} late`, late, meanwhile);
  const oldest = oldestFirst(kind, events).slice(0, Math.floor(events.length * forgotten));

  const random = seeded(`${kind} ${seed} changes`);
  const changes = [
    ...arriveOneByOne(random, withinRequests, oldestFirst(kind, fresh)),
    ...arriveOneByOne(random, withinRequests, tardy),
    ...forgetInSteps(kind, random, withinRequests, oldest),
  ];
  return { events, changes: changes.sort((a, b) => a.afterRequest - b.afterRequest) };
}

/** So many of the first `within` requests, in ascending order. */
function moments(random: SeededRandom, within: number, count: number): number[] {
  return Array.from({ length: count }, () => random.int(1, within)).sort((a, b) => a - b);
}

function arriveOneByOne(
  random: SeededRandom,
  within: number,
  events: readonly VendorEvent[],
): Change[] {
  return moments(random, within, events.length).map((afterRequest, index) => ({
    afterRequest,
    arrive: events.slice(index, index + 1),
  }));
}

/** Removes events, given oldest first, in up to three steps. */
function forgetInSteps(
  kind: VendorKind,
  random: SeededRandom,
  within: number,
  oldest: readonly VendorEvent[],
): Change[] {
  return moments(random, within, 3).flatMap((afterRequest, step) => {
    const last = oldest[Math.floor((oldest.length * (step + 1)) / 3) - 1];
    if (last === undefined) return [];
    return [{ afterRequest, forgetBefore: formatInstant(timeOf(kind, last) + 1n, 9) }];
  });
}

function oldestFirst(kind: VendorKind, events: readonly VendorEvent[]): VendorEvent[] {
  return events
    .map((event) => ({ event, at: timeOf(kind, event) }))
    .sort((a, b) => Number(a.at - b.at))
    .map(({ event }) => event);
}
