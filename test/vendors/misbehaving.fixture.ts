/** A vendor with everything drawn from one seed, for model tests with thousands of them. */
import { cockroachdbPositions } from './cockroachdb.fixture.ts';
import type { VendorKind } from './events.fixture.ts';
import { type HistoryOptions, randomHistory } from './history.fixture.ts';
import { type SeededRandom, seeded } from './random.fixture.ts';
import { commonFaults, type FaultName, randomFaults } from './random-faults.fixture.ts';
import { drawSwitches } from './switches.fixture.ts';
import { thalassaPositions } from './thalassa.fixture.ts';
import { upcloudPositions } from './upcloud.fixture.ts';
import type { Switches, VendorOptions } from './vendor.fixture.ts';

/** Every history is in this window, and what arrives later is in it or in the day after it. */
export const misbehavingWindow = { from: '2026-05-28T00:00:00Z', to: '2026-06-04T00:00:00Z' };

/**
 * Equal arguments give an equally behaving vendor. All of them can be exported completely: no fault
 * is met more than twice in a row, and no combination of switches hides an event for good.
 */
export function misbehaving<K extends VendorKind>(kind: K, seed: number): VendorOptions<K> {
  const random = seeded(`${kind} ${seed}`);
  const switches = draws[kind](random);
  const drawn = randomHistoryOptions(kind, random);
  // A vendor that reads microseconds alone has no finer times: a cursor could not pass a page of one instant.
  const isCut = 'startDigits' in switches && switches.startDigits === 6;
  return {
    history: randomHistory(kind, seed, isCut ? { ...drawn, digits: [0, 3, 6] } : drawn),
    faults: randomFaults(seed, {
      share: random.pick([0, 0.05, 0.3]),
      menu: [...commonFaults, ...OWN_FAULTS[kind]],
    }),
    switches,
  };
}

function randomHistoryOptions(kind: VendorKind, random: SeededRandom): HistoryOptions {
  return {
    ...misbehavingWindow,
    count: random.pick([
      0,
      1,
      random.int(2, 60),
      random.int(2, 60),
      random.int(60, 400),
      random.int(60, 400),
      random.int(400, 1_200),
    ]),
    ties: random.pick([0, 0.1, 0.6]),
    tieBlock: random.pick([0, 0, random.int(2, 150)]),
    edges: random.pick([0.02, 0.3]),
    digits: random.pick([[0], [3], [6], [9], [0, 3, 6, 9]]),
    offsets: kind === 'thalassa' && random.chance(0.3),
    strange: random.pick([0, 0.1, 1]),
    withoutId: kind === 'thalassa' ? random.pick([0, 0, 0.1]) : 0,
    payload: random.pick(['text', 'object', 'mixed']),
    arrivals: random.pick([0, 0, random.int(1, 40)]),
    late: random.pick([0, 0, random.int(1, 10)]),
    withinRequests: random.pick([random.int(1, 12), random.int(1, 12), random.int(12, 100)]),
    forgotten: random.pick([0, 0, 0.3, 0.9]),
  };
}

const OWN_FAULTS: Readonly<Record<VendorKind, readonly FaultName[]>> = {
  thalassa: ['silentCut', 'expire'],
  upcloud: [],
  cockroachdb: ['silentCut', 'oddThrottle'],
};

const draws: { readonly [K in VendorKind]: (random: SeededRandom) => Switches[K] } = {
  thalassa: (random) => {
    const drawn = drawSwitches(thalassaPositions, random);
    // A short first page and a total that happens to be its length: nothing would show that there is more.
    return drawn.totals === 'low' ? { ...drawn, pages: 'full' } : drawn;
  },
  upcloud: (random) => {
    const drawn = drawSwitches(upcloudPositions, random);
    // The same.
    return drawn.total === 'low' ? { ...drawn, mostAnswered: 200, pages: 'full' } : drawn;
  },
  cockroachdb: (random) => {
    const drawn = drawSwitches(cockroachdbPositions, random);
    // An exclusive bound with the next unseen instant would hide that instant from its followers.
    return drawn.bound === 'exclusive' ? { ...drawn, cursor: 'last-returned' } : drawn;
  },
};
