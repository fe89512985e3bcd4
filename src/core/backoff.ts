/** How long the pauses between attempts may be. */
export interface BackoffLimits {
  readonly firstMillis: number;
  readonly maxMillis: number;
}

/**
 * How long to wait after this many failures in a row (1 and more). The pause doubles with each failure up to the
 * maximum. It is then somewhere between half of that and all of it, so that many clients do not come back at the same
 * moment.
 *
 * @param random gives a number from 0 to 1
 */
export function backoffMillis(
  failures: number,
  { firstMillis, maxMillis }: BackoffLimits,
  random: () => number,
): number {
  return Math.min(maxMillis, firstMillis * 2 ** (failures - 1)) * (0.5 + random() / 2);
}
