import { AnnalsError } from '../core/errors.ts';

/**
 * Successive entries of a log in the form of C2SP tlog-tiles: for each entry its length in two bytes, big-endian, and
 * then the entry. Throws `too-large` for one of more than 65,535 bytes.
 */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const chunks = entries.flatMap((entry) => {
    if (entry.length > 0xffff) {
      throw new AnnalsError(
        'too-large',
        `Cannot bundle an entry of ${entry.length} bytes: the limit is 65,535`,
      );
    }
    return [Buffer.of(entry.length >> 8, entry.length & 0xff), entry];
  });
  return Buffer.concat(chunks);
}

/** The entries of a bundle, as views of it. Throws `corrupt` when it ends inside one. */
export function readEntryBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const start = at + 2;
    const end = start + (bundle[at]! << 8) + (bundle[at + 1] ?? 0);
    if (end > bundle.length) {
      throw new AnnalsError(
        'corrupt',
        `Cannot read a bundle of entries: it ends inside entry ${entries.length}`,
      );
    }
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return entries;
}
