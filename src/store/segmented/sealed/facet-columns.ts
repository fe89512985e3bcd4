import { rowGroupRows } from '../log-slice.ts';
import { bytesOf, codeWidth, createCodes } from './codes.ts';
import {
  type SealedFacet,
  type SealedLog,
  type SealedValueCounts,
  valuesPerFrame,
} from './footer-index.ts';
import { type SegmentFileWriter, splitEvery } from './segment-file-writer.ts';
import { type CodedColumn, countValues } from './value-counts.ts';
import { valueHash } from './value-group.ts';

/** A facet's column in the codes of its values' sealed order. */
export interface FacetColumn extends CodedColumn {
  readonly values: ValueOrder;
}

/** Values in their sealed order: by their hashes, and those with the same hash by themselves. */
interface ValueOrder {
  readonly length: number;
  readonly hashes: Float64Array;
  textAt(index: number): string;
}

/** Gives a column new codes, in the sealed order of values. `rowOrder` has the row of the column for each sealed row. */
export function encodeFacetColumn(
  facet: number,
  column: Uint32Array,
  rowOrder: Uint32Array,
  textOf: (code: number) => string,
): FacetColumn {
  let largest = 0;
  for (const row of rowOrder) largest = Math.max(largest, column[row]!);
  const sealed = new Uint32Array(largest + 1);
  const used: number[] = [];
  for (const row of rowOrder) {
    const code = column[row]!;
    if (code === 0 || sealed[code] !== 0) continue;
    sealed[code] = 1;
    used.push(code);
  }
  const { inOrder, hashes } = sortedCodes(facet, used, textOf);
  for (let index = 0; index < inOrder.length; index += 1) sealed[inOrder[index]!] = index + 1;
  const { length } = inOrder;
  const codes = createCodes(codeWidth(length), rowOrder.length);
  for (let row = 0; row < rowOrder.length; row += 1) codes[row] = sealed[column[rowOrder[row]!]!]!;
  const values = { length, hashes, textAt: (index: number) => textOf(inOrder[index]!) };
  return { codes, size: length + 1, values };
}

/** No segment has more values: a hash and an index together are exact in a double. */
const maxValues = 2 ** 21;

/** Where there are many values, most of them occur once; so none of them gets an object. */
function sortedCodes(
  facet: number,
  used: readonly number[],
  textOf: (code: number) => string,
): { inOrder: Uint32Array; hashes: Float64Array } {
  const keys = new Float64Array(used.length);
  for (let index = 0; index < used.length; index += 1) {
    keys[index] = valueHash(facet, textOf(used[index]!)) * maxValues + index;
  }
  keys.sort();
  const hashes = keys.map((key) => Math.floor(key / maxValues));
  const inOrder = Uint32Array.from(keys, (key) => used[key % maxValues]!);
  for (let from = 0, to: number; from < inOrder.length; from = to) {
    to = from + 1;
    while (hashes[to] === hashes[from]) to += 1;
    if (to - from > 1) {
      inOrder.subarray(from, to).sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
    }
  }
  return { inOrder, hashes };
}

export function writeFacet(file: SegmentFileWriter, { values, codes }: FacetColumn): SealedFacet {
  const hashes: number[] = [];
  const texts = valueGroupsOf(values).map((group) => {
    hashes.push(group.hash);
    return group.texts;
  });
  return {
    values: values.length,
    codes: file.writeFrames(splitEvery(codes, rowGroupRows).map(bytesOf)),
    texts: file.writeFrames(texts),
    hashes,
  };
}

/** Some consecutive values: the index and the hash of the first one, and their texts as a JSON array. */
interface EncodedGroup {
  readonly first: number;
  readonly hash: number;
  readonly texts: Buffer;
}

/** Values in the groups in which they are in a file. */
export function* valueGroupsOf(values: ValueOrder): Generator<EncodedGroup> {
  for (let first = 0; first < values.length; first += valuesPerFrame) {
    const length = Math.min(valuesPerFrame, values.length - first);
    const texts = Array.from({ length }, (_, nth) => values.textAt(first + nth));
    yield { first, hash: values.hashes[first]!, texts: Buffer.from(JSON.stringify(texts)) };
  }
}

/** Writes the value counts of all facets; `columns` are in their order. */
export function writeValueCounts(
  file: SegmentFileWriter,
  columns: readonly CodedColumn[],
  logs: readonly SealedLog[],
): SealedValueCounts {
  const counts = countValues(columns, logs);
  const blocks = file.writeUncompressed(counts.map(({ block }) => block));
  return { logs: counts.map(({ log }) => log), blocks };
}
