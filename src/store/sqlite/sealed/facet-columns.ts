import { partRows } from '../live/columns.ts';
import { bytesOf, codeWidth, newCodes } from './codes.ts';
import { type SealedFacet, valuesTogether } from './directory.ts';
import { pieces } from './pieces.ts';
import type { SegmentFileWriter } from './segment-file-writer.ts';
import type { Coded } from './tallies.ts';
import { valueHash } from './value-hash.ts';

/** A facet's values in their sealed order, and its column in their codes. */
export interface FacetColumn extends Coded {
  readonly values: readonly { readonly hash: number; readonly value: string }[];
}

/** Gives a column new codes, those of the values' sealed order. */
export function facetColumn(
  facet: number,
  column: Uint32Array,
  order: Uint32Array,
  textOf: (code: number) => string,
): FacetColumn {
  let largest = 0;
  for (const row of order) largest = Math.max(largest, column[row]!);
  const sealed = new Uint32Array(largest + 1);
  const values: { code: number; value: string; hash: number }[] = [];
  for (const row of order) {
    const code = column[row]!;
    if (code === 0 || sealed[code] !== 0) continue;
    sealed[code] = 1;
    const value = textOf(code);
    values.push({ code, value, hash: valueHash(facet, value) });
  }
  values.sort((a, b) => a.hash - b.hash || (a.value < b.value ? -1 : 1));
  for (const [place, { code }] of values.entries()) sealed[code] = place + 1;
  const codes = newCodes(codeWidth(values.length), order.length);
  for (let row = 0; row < order.length; row += 1) codes[row] = sealed[column[order[row]!]!]!;
  return { values, codes, size: values.length + 1 };
}

export function writeFacet(file: SegmentFileWriter, { values, codes }: FacetColumn): SealedFacet {
  const groups = [...pieces(values, valuesTogether)];
  return {
    values: values.length,
    codes: file.frames(pieces(codes, partRows).map(bytesOf)),
    texts: file.frames(
      groups.map((group) => Buffer.from(JSON.stringify(group.map(({ value }) => value)))),
    ),
    hashes: groups.map(([first]) => first!.hash),
  };
}
