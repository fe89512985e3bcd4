import type { SeededRandom } from './random.fixture.ts';

/**
 * The positions of each of a vendor's switches. The first one is what the vendor's documentation or
 * clients suggest; in the others it behaves differently.
 */
export type Positions<S> = { readonly [K in keyof S]: readonly [S[K], ...S[K][]] };

/** Every switch in its first position, except for those set. */
export function setSwitches<S extends object>(positions: Positions<S>, set: Partial<S>): S {
  return { ...choose(positions, ([first]) => first), ...set };
}

/** Every switch in a random position. */
export function drawSwitches<S extends object>(positions: Positions<S>, random: SeededRandom): S {
  return choose(positions, (all) => random.pick(all));
}

function choose<S extends object>(
  positions: Positions<S>,
  one: <T>(all: readonly [T, ...T[]]) => T,
): S {
  const entries = Object.entries<readonly [unknown, ...unknown[]]>(positions);
  return Object.fromEntries(entries.map(([name, all]) => [name, one(all)])) as S;
}
