import type { Range } from '../../event-store.ts';
import { rowGroupRows } from '../active/columns.ts';
import type { RowGroup } from '../log-slice.ts';
import type { FacetCodes, Predicate } from './predicate.ts';

/** Where `select` writes its answer. */
export function createRowBuffer(): Uint16Array {
  return new Uint16Array(rowGroupRows);
}

type Column = { readonly [row: number]: number };

/**
 * Writes the rows of a part that answer the question into `rows`, in order, and gives their number. Each condition is a
 * pass over one column that looks only at rows which are left, and what is not asked about is not read.
 */
export function selectRows(
  rowGroup: RowGroup,
  log: number,
  predicate: Predicate,
  rows: Uint16Array,
): number {
  const { from, to, sequences, conditions, text } = predicate;
  if (text !== undefined && !rowGroup.mayContain(text)) return 0;
  let left = keepSequences(rowGroup, sequences, rows);
  if (rowGroup.logs !== undefined) left = keepEqual(rows, left, rowGroup.logs, log);
  for (const condition of conditions) left = keepCondition(rows, left, rowGroup, condition);
  if (left > 0 && (rowGroup.earliest < from || rowGroup.latest >= to)) {
    left = keepWithin(rows, left, rowGroup.createdAt(), { from, to });
  }
  return text === undefined || left === 0 ? left : keepText(rows, left, rowGroup, text);
}

function keepSequences(part: RowGroup, { from, to }: Range, rows: Uint16Array): number {
  const first = part.range.from;
  const inOrder = part.sequences === undefined;
  const begin = inOrder ? Math.max(0, from - first) : 0;
  const end = inOrder ? Math.min(part.rows, to - first) : part.rows;
  let left = 0;
  for (let row = begin; row < end; row += 1) {
    rows[left] = row;
    left += 1;
  }
  if (part.sequences === undefined || (part.range.from >= from && part.range.to <= to)) return left;
  return keepWithin(rows, left, part.sequences, { from, to });
}

/*
 * Passes keep the rows that hold at the beginning of `rows`. They write every row and step on only behind one that is
 * kept, so that the processor has nothing to guess.
 */

function keepEqual(rows: Uint16Array, count: number, column: Column, wanted: number): number {
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    rows[left] = row;
    left += column[row] === wanted ? 1 : 0;
  }
  return left;
}

/** Keeps `from <= value < to`. */
function keepWithin(rows: Uint16Array, count: number, column: Column, { from, to }: Range): number {
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    const value = column[row]!;
    rows[left] = row;
    left += value >= from && value < to ? 1 : 0;
  }
  return left;
}

function keepCodes(rows: Uint16Array, count: number, column: Column, wanted: Uint8Array): number {
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    rows[left] = row;
    left += wanted[column[row]!]!;
  }
  return left;
}

function keepCondition(
  rows: Uint16Array,
  count: number,
  part: RowGroup,
  condition: readonly FacetCodes[],
): number {
  const [first] = condition;
  if (count === 0 || first === undefined) return 0;
  if (condition.length > 1) return keepAny(rows, count, part, condition);
  const { facet, codes: wanted } = first;
  const codes = part.codes(facet);
  return typeof wanted === 'number'
    ? keepEqual(rows, count, codes, wanted)
    : keepCodes(rows, count, codes, wanted);
}

function keepAny(
  rows: Uint16Array,
  count: number,
  part: RowGroup,
  condition: readonly FacetCodes[],
): number {
  const columns = condition.map(({ facet, codes }) => ({
    codes: part.codes(facet),
    wanted: codes,
  }));
  const holds = (row: number) =>
    columns.some(({ codes, wanted }) =>
      typeof wanted === 'number' ? codes[row] === wanted : wanted[codes[row]!] === 1,
    );
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    rows[left] = row;
    left += holds(row) ? 1 : 0;
  }
  return left;
}

/** One sweep over the texts, which jumps from each hit to the next row that is still wanted. */
function keepText(rows: Uint16Array, count: number, part: RowGroup, wanted: Buffer): number {
  const { bytes, start, ends } = part.texts();
  const searched = bytes.subarray(0, ends[part.rows - 1]);
  let left = 0;
  let hit = start === searched.length ? -1 : searched.indexOf(wanted, start);
  for (let index = 0; index < count && hit !== -1; index += 1) {
    const row = rows[index]!;
    const begin = row === 0 ? start : ends[row - 1]!;
    if (hit < begin) hit = searched.indexOf(wanted, begin);
    if (hit === -1 || hit + wanted.length > ends[row]!) continue;
    rows[left] = row;
    left += 1;
  }
  return left;
}
