import { createEvent, eventFields, type VendorEvent, type VendorKind } from './events.fixture.ts';
import { cut, DAY, formatInstant, instant, type Nanos } from './instant.fixture.ts';
import { type SeededRandom, seeded } from './random.fixture.ts';

/** What random events are like. Shares are between 0 and 1. */
export interface EventOptions {
  /** Their times lie in `[from, to)`. Default: June 2026. */
  readonly from?: string;
  readonly to?: string;
  /** Share that happens at the very instant of an earlier one. Default 0.1. */
  readonly ties?: number;
  /** So many of them have the same instant; more than a page is a good value. Default 0. */
  readonly tieBlock?: number;
  /** Share on a day's first instant or one tick beside it, the window's ends included. Default 0.05. */
  readonly edges?: number;
  /** Fraction digits a time may be written with (0–9). Default: what the vendor's examples show. */
  readonly digits?: readonly number[];
  /** Writes some times with an offset instead of `Z` (wire: thalassa 10). Default false. */
  readonly offsets?: boolean;
  /** Share with fields and enumeration values no published schema has. Default 0. */
  readonly strange?: number;
  /** Share without the vendor's id (wire: thalassa 3.6). Default 0. */
  readonly withoutId?: number;
  /** Thalassa: share of entries of internal services. Default 0. */
  readonly system?: number;
  /** CockroachDB: form of the payload (wire: cockroachdb 3.3). Default `text`. */
  readonly payload?: 'text' | 'object' | 'mixed';
}

export const defaultWindow = { from: '2026-06-01T00:00:00Z', to: '2026-07-01T00:00:00Z' };

const EXAMPLE_DIGITS: Readonly<Record<VendorKind, readonly number[]>> = {
  thalassa: [6],
  upcloud: [0, 6],
  cockroachdb: [6],
};

/** Random events in no particular order; equal arguments give equal events. */
export function randomEvents(
  kind: VendorKind,
  seed: number | string,
  count: number,
  options: EventOptions = {},
): VendorEvent[] {
  const random = seeded(`${kind} ${seed}`);
  const { strange = 0, withoutId = 0, system = 0, payload = 'text' } = options;
  return randomTimes(kind, random, count, options).map((time) => {
    const event = createEvent[kind](random, time, {
      strange: random.chance(strange),
      system: random.chance(system),
      payload: payload === 'mixed' ? random.pick(['text', 'object']) : payload,
    });
    if (!random.chance(withoutId)) return event;
    const { [eventFields[kind].id]: _, ...rest } = event;
    return rest;
  });
}

/** An instant and the fraction digits that are enough to write it. */
interface Time {
  readonly at: Nanos;
  readonly digits: number;
}

function randomTimes(
  kind: VendorKind,
  random: SeededRandom,
  count: number,
  options: EventOptions,
): string[] {
  const { ties = 0.1, tieBlock = 0, edges = 0.05, digits = EXAMPLE_DIGITS[kind] } = options;
  const from = instant(options.from ?? defaultWindow.from);
  const to = instant(options.to ?? defaultWindow.to);
  const times: Time[] = [];
  for (let index = 0; index < count; index += 1) {
    const tied = index > 0 && (index < tieBlock || random.chance(ties));
    const earlier = tied ? times[index < tieBlock ? 0 : random.int(0, index - 1)] : undefined;
    times.push(earlier ?? randomTime(random, from, to, random.pick(digits), edges));
  }
  return times.map((time) => {
    // The same instant may be spelled with more digits: 08:00:00Z and 08:00:00.000Z are a tie.
    const spelled = random.pick(digits.filter((each) => each >= time.digits));
    const offset = options.offsets ? random.pick([0, 0, 120, -210]) : 0;
    return formatInstant(time.at, spelled, offset);
  });
}

function randomTime(
  random: SeededRandom,
  from: Nanos,
  to: Nanos,
  digits: number,
  edges: number,
): Time {
  const tick = 10n ** BigInt(9 - digits);
  const anywhere = from + BigInt(Math.floor(random.next() * Number(to - from)));
  const midnight = anywhere - (anywhere % DAY) + DAY * BigInt(random.int(0, 1));
  const beside = midnight + tick * BigInt(random.int(-1, 1));
  const edge = beside < from ? from : beside < to ? beside : to - tick;
  const at = cut(random.chance(edges) ? edge : anywhere, digits);
  return { at: at < from ? at + tick : at, digits };
}
