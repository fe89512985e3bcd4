/** No name of ours is longer; the work grows with the square of the length. */
const maxLength = 64;

/**
 * ` (did you mean createdAt?)` for `creatdAt`: the end of a sentence that rejects an unknown name. Empty when no known
 * name is near. Upper and lower case, `_` and `-` do not count: `user_identity` is near `userIdentity`.
 */
export function didYouMean(unknown: string, known: Iterable<string>): string {
  const nearest = nearestName(unknown, known);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

function nearestName(unknown: string, known: Iterable<string>): string | undefined {
  if (unknown.length > maxLength) return undefined;
  const folded = fold(unknown);
  let nearest: string | undefined;
  // A quarter of the letters may be wrong: with more, the guess is too often wrong as well.
  let fewest = Math.max(1, Math.floor(folded.length / 4)) + 1;
  for (const name of known) {
    const edits = editDistance(folded, fold(name));
    if (edits >= fewest) continue;
    fewest = edits;
    nearest = name;
  }
  return fewest < folded.length ? nearest : undefined;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Letters to insert, delete, replace, or swap with their neighbour (optimal string alignment). */
function editDistance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = last[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[other.length]!;
}
