import { AnnalsError } from '../core/errors.ts';

/**
 * Entries of a log in a row, as C2SP tlog-tiles bundles them: each behind its length in two bytes, big-endian. So
 * none may be longer than 65,535 bytes; throws `too-large` for one that is.
 */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const parts = entries.flatMap((entry) => {
    if (entry.length > 0xffff) {
      throw new AnnalsError(
        'too-large',
        `Cannot bundle an entry of ${entry.length} bytes: the most is 65,535`,
      );
    }
    return [Buffer.of(entry.length >> 8, entry.length & 0xff), entry];
  });
  return Buffer.concat(parts);
}

/** The entries of a bundle, as views of it. Throws `corrupt` when it ends within one. */
export function readEntryBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const start = at + 2;
    const end = start + (bundle[at]! << 8) + (bundle[at + 1] ?? 0);
    if (end > bundle.length) {
      throw new AnnalsError(
        'corrupt',
        `Cannot read a bundle of entries: it ends within entry ${entries.length}`,
      );
    }
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return entries;
}
