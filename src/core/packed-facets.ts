import type { ByteWriter } from './byte-writer.ts';
import { AnnalsError } from './errors.ts';
import { type FacetValues, facets } from './facets.ts';

/**
 * An event's facets as bytes, on their way to where they are coded: each value in UTF-8 behind its length in two bytes,
 * most significant first, in the order of `facets`; an absent one is empty.
 */
export function packFacets(values: FacetValues, into: ByteWriter): void {
  for (let place = 0; place < facets.length; place += 1) {
    const length = into.skip(lengthBytes);
    into.text(values[place] ?? '');
    putLength(into, length);
  }
}

/** Puts the length of a value that was written behind the place of it. */
export function putLength(into: ByteWriter, place: number): void {
  const length = into.at - place - lengthBytes;
  // An event is no longer than this (`maxEventBytes`), so no value of it is.
  if (length > longest) throw new AnnalsError('invalid', `A facet has ${length} bytes`);
  into.bytes[place] = length >> 8;
  into.bytes[place + 1] = length & 0xff;
}

export const lengthBytes = 2;
const longest = 0xffff;

/** How many bytes the value has whose length stands at a place. */
export function lengthAt(bytes: Uint8Array, place: number): number {
  return (bytes[place]! << 8) | bytes[place + 1]!;
}

/** The values that stand from a place on. */
export function unpackFacets(bytes: Buffer, start: number): FacetValues {
  let at = start;
  return facets.map(() => {
    const from = at + lengthBytes;
    at = from + lengthAt(bytes, at);
    return at === from ? undefined : bytes.toString('utf8', from, at);
  });
}
