/**
 * The same text in memory of its own. V8 keeps the whole of a text in memory as long as a slice of it is used, which can
 * be many times the size of the slice.
 */
export function copyText(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
