import type { ByteWriter } from './byte-writer.ts';
import { AnnalsError } from './errors.ts';
import { type FacetValues, facets } from './facets.ts';

/**
 * An event's facets as bytes, on their way to where they are coded: each value in UTF-8 behind its length in two bytes,
 * most significant first, in the order of `facets`; an absent one is empty.
 */
export function packFacets(values: FacetValues, into: ByteWriter): void {
  for (let place = 0; place < facets.length; place += 1) {
    const length = into.skip(facetLengthBytes);
    into.text(values[place] ?? '');
    writeFacetLength(into, length);
  }
}

/** Puts the length of a value that was written behind the place of it. */
export function writeFacetLength(into: ByteWriter, offset: number): void {
  const length = into.at - offset - facetLengthBytes;
  // An event is no longer than this (`maxEventBytes`), so no value of it is.
  if (length > longest) throw new AnnalsError('invalid', `A facet has ${length} bytes`);
  into.bytes[offset] = length >> 8;
  into.bytes[offset + 1] = length & 0xff;
}

export const facetLengthBytes = 2;
const longest = 0xffff;

/** How many bytes the value has whose length stands at a place. */
export function facetLengthAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** The values that stand from a place on. */
export function unpackFacets(bytes: Buffer, start: number): FacetValues {
  let at = start;
  return facets.map(() => {
    const from = at + facetLengthBytes;
    at = from + facetLengthAt(bytes, at);
    return at === from ? undefined : bytes.toString('utf8', from, at);
  });
}
