import { contextFacets, facets } from '../../../core/facets.ts';
import { releaseBuffer } from '../../../runtime/release-buffer.ts';
import { searchFieldsOf } from '../../search-fields.ts';
import { type Codes, rowGroupRows } from '../log-slice.ts';
import { encodeFacetColumn, type FacetColumn, valueGroupsOf } from './facet-columns.ts';
import { blockRows } from './footer-index.ts';
import { ValueGroup } from './value-group.ts';

/** Codes of a row group in which no event has a value. */
const noCodes = new Uint8Array(rowGroupRows);

/** Lines that are decompressed at a time. */
const rowsPerRead = blockRows * 16;
const lineFeed = 0x0a;

/**
 * The column of a facet that a segment was sealed without, as if it had been sealed with it. It is in memory alone: the
 * file gets it when it is written again, for an erasure or a compaction.
 */
export class DerivedFacet {
  /** The number of distinct values. */
  readonly values: number;
  /** The hash of the first value of each group. */
  readonly hashes: readonly number[];
  /** About what it takes in memory. */
  readonly bytes: number;
  readonly #codes: Codes;
  readonly #groups: readonly ValueGroup[];

  constructor(facet: number, { codes, values }: FacetColumn) {
    const groups = [...valueGroupsOf(values)];
    this.values = values.length;
    this.hashes = groups.map(({ hash }) => hash);
    this.#codes = values.length === 0 ? noCodes : codes;
    this.#groups = groups.map(
      ({ first, texts }) => new ValueGroup(facets[facet]!, texts, first + 1),
    );
    this.bytes = this.#groups.reduce((sum, { bytes }) => sum + bytes, 0);
    if (values.length > 0) this.bytes += codes.byteLength;
  }

  /** Of so many rows of a row group. */
  codes(rowGroup: number, rows: number): Codes {
    const first = this.values === 0 ? 0 : rowGroup * rowGroupRows;
    return this.#codes.subarray(first, first + rows);
  }

  group(index: number): ValueGroup {
    return this.#groups[index]!;
  }
}

/** What is read of a sealed segment, which imports this file. */
interface ReadSegment {
  readonly info: { readonly rows: number };
  lines(rows: Uint32Array, maxBytes: number): { readonly bytes: Uint8Array<ArrayBuffer> };
}

/** Reads the columns of the facets from this one on from the bodies of all events of a segment. */
export function deriveFacets(segment: ReadSegment, from: number): readonly DerivedFacet[] {
  const { rows } = segment.info;
  const later = facets.slice(from);
  // In canonical JSON a member has one spelling: where that is not among the bytes, no event has the facet.
  const members = later.map((facet) => `"${memberOf(facet)}":`);
  const mayHaveSome = (text: string | Buffer) => members.some((member) => text.includes(member));
  const columns = later.map(() => new UnsealedColumn(rows));
  for (let first = 0; first < rows; first += rowsPerRead) {
    const some = Uint32Array.from(
      { length: Math.min(rowsPerRead, rows - first) },
      (_, nth) => first + nth,
    );
    const { bytes } = segment.lines(some, Number.POSITIVE_INFINITY);
    const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = mayHaveSome(lines) ? lines.length : 0;
    for (let row = first, at = 0; at < end; row += 1) {
      const lineEnd = lines.indexOf(lineFeed, at);
      const body = lines.toString('utf8', at, lineEnd);
      at = lineEnd + 1;
      if (!mayHaveSome(body)) continue;
      const values = searchFieldsOf(body).facets;
      for (const [nth, column] of columns.entries()) column.set(row, values[from + nth]);
    }
    releaseBuffer(bytes);
  }
  const inOrder = Uint32Array.from({ length: rows }, (_, row) => row);
  return columns.map(({ codes, texts }, nth) => {
    const facet = from + nth;
    const column = encodeFacetColumn(facet, codes, inOrder, (code) => texts[code]!);
    return new DerivedFacet(facet, column);
  });
}

/** A column with codes in the order in which values come. */
class UnsealedColumn {
  readonly codes: Uint32Array;
  /** By code; there is nothing for code 0. */
  readonly texts = [''];
  readonly #known = new Map<string, number>();

  constructor(rows: number) {
    this.codes = new Uint32Array(rows);
  }

  set(row: number, value: string | undefined): void {
    if (value === undefined) return;
    const code = this.#known.get(value) ?? this.texts.push(value) - 1;
    this.#known.set(value, code);
    this.codes[row] = code;
  }
}

function memberOf(facet: (typeof facets)[number]): string {
  const inContext: Readonly<Record<string, string>> = contextFacets;
  return inContext[facet] ?? facet;
}
