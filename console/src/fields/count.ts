const plain = new Intl.NumberFormat('en-GB');

/** `1,204` */
export function formatCount(value: number): string {
  return plain.format(value);
}

/** `1 event`, `1,204 events` */
export function count(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`;
}
