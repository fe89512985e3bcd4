import type { LogSlice } from '../../segmented/log-slice.ts';

/**
 * The last of a log's stretches, as far back as the one that this sequence is in. Whoever asks for the end of a log, as
 * every start does, looks at no segment from long before.
 */
export function slicesFrom(slices: readonly LogSlice[], sequence: number): readonly LogSlice[] {
  if (sequence <= 0) return slices;
  const holding = slices.findLastIndex(
    ({ range }) => range.from <= sequence && range.from < range.to,
  );
  return slices.slice(Math.max(0, holding));
}
