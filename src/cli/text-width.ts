const plain = /^[\x20-\x7e]*$/;

/** How many columns of a terminal a text takes. */
export type Measure = (text: string) => number;

/**
 * A measure that is right for these texts: East Asian characters take two columns, combining ones none. What knows that
 * takes 70 ms to load, so it is not loaded for ASCII.
 */
export async function measureOf(texts: readonly string[]): Promise<Measure> {
  if (texts.every((text) => plain.test(text))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  return (text) => (plain.test(text) ? text.length : stringWidth(text));
}

/** The text in at most so many columns. What is cut off is shown as `…`. */
export function cutToWidth(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  if (plain.test(text)) return `${text.slice(0, width - 1)}…`;
  let [shown, used] = ['', 0];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += measure(segment);
    if (used > width - 1) break;
    shown += segment;
  }
  return `${shown}…`;
}
