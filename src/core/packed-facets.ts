import type { ByteWriter } from './byte-writer.ts';
import { AnnalsError } from './errors.ts';
import { type FacetValues, facets } from './facets.ts';

/**
 * The facets of an event as bytes, for the thread that stores them: for each facet in the order of `facets` the length in
 * two bytes, most significant first, and then the value in UTF-8. A missing value has the length 0.
 */
export function packFacets(values: FacetValues, into: ByteWriter): void {
  for (let index = 0; index < facets.length; index += 1) {
    const length = into.skip(facetLengthBytes);
    into.text(values[index] ?? '');
    writeFacetLength(into, length);
  }
}

/** Writes the length of a value at `offset`, after the value was written behind it. */
export function writeFacetLength(into: ByteWriter, offset: number): void {
  const length = into.at - offset - facetLengthBytes;
  // No event is longer than this (`maxEventBytes`), so no value is.
  if (length > longest) {
    throw new AnnalsError(
      'invalid',
      `Cannot pack a facet of ${length} bytes: the limit is ${longest}`,
    );
  }
  into.bytes[offset] = length >> 8;
  into.bytes[offset + 1] = length & 0xff;
}

export const facetLengthBytes = 2;
const longest = 0xffff;

/** The length of the value whose length bytes are at `offset`. */
export function facetLengthAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** The values that are packed from `start` on. */
export function unpackFacets(bytes: Buffer, start: number): FacetValues {
  let at = start;
  return facets.map(() => {
    const from = at + facetLengthBytes;
    at = from + facetLengthAt(bytes, at);
    return at === from ? undefined : bytes.toString('utf8', from, at);
  });
}
