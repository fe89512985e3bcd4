import type { Stretch } from './segment.ts';

/**
 * The last of a log's stretches, as far back as the one that this sequence is in. Whoever asks for the end of a log, as
 * every start does, looks at no segment from long before.
 */
export function reaching(stretches: readonly Stretch[], sequence: number): readonly Stretch[] {
  if (sequence <= 0) return stretches;
  const holding = stretches.findLastIndex(
    ({ range }) => range.from <= sequence && range.from < range.to,
  );
  return stretches.slice(Math.max(0, holding));
}
