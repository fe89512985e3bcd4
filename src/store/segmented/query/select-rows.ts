import type { Range } from '../../event-store.ts';
import { type RowGroup, rowGroupRows } from '../log-slice.ts';
import type { FacetCodes, Predicate, TextSearch } from './predicate.ts';

/** Memory into which `selectRows` writes. */
export function createRowBuffer(): Uint16Array {
  return new Uint16Array(rowGroupRows);
}

type Column = { readonly [row: number]: number };

/**
 * Writes the matching rows of a row group into `rows`, in order, and returns their number. Each condition is a pass over
 * one column that looks only at the rows that are left. Columns without a condition are not read.
 */
export function selectRows(
  rowGroup: RowGroup,
  log: number,
  predicate: Predicate,
  rows: Uint16Array,
): number {
  const { from, to, sequences, conditions, texts } = predicate;
  if (texts.some(({ bytes, negated }) => !negated && !rowGroup.mayContain(bytes))) return 0;
  let left = keepSequences(rowGroup, sequences, rows);
  if (rowGroup.logs !== undefined) left = keepEqual(rows, left, rowGroup.logs, log);
  for (const condition of conditions) left = keepCondition(rows, left, rowGroup, condition);
  if (left > 0 && (rowGroup.earliest < from || rowGroup.latest >= to)) {
    left = keepWithin(rows, left, rowGroup.createdAt(), { from, to });
  }
  for (const text of texts) {
    if (left > 0) left = keepText(rows, left, rowGroup, text);
  }
  return left;
}

function keepSequences(rowGroup: RowGroup, { from, to }: Range, rows: Uint16Array): number {
  const { range, sequences } = rowGroup;
  const first = range.from;
  const inOrder = sequences === undefined;
  const begin = inOrder ? Math.max(0, from - first) : 0;
  const end = inOrder ? Math.min(rowGroup.rows, to - first) : rowGroup.rows;
  let left = 0;
  for (let row = begin; row < end; row += 1) {
    rows[left] = row;
    left += 1;
  }
  if (sequences === undefined || (range.from >= from && range.to <= to)) return left;
  return keepWithin(rows, left, sequences, { from, to });
}

/*
 * A pass moves the rows that it keeps to the beginning of `rows`. It writes every row and moves on only after one that
 * is kept, so there is no branch that the processor could predict wrongly.
 */

function keepEqual(rows: Uint16Array, count: number, column: Column, value: number): number {
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    rows[left] = row;
    left += column[row] === value ? 1 : 0;
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

function keepCodes(rows: Uint16Array, count: number, column: Column, matches: Uint8Array): number {
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    rows[left] = row;
    left += matches[column[row]!]!;
  }
  return left;
}

function keepCondition(
  rows: Uint16Array,
  count: number,
  rowGroup: RowGroup,
  condition: readonly FacetCodes[],
): number {
  const [first] = condition;
  if (count === 0 || first === undefined) return 0;
  if (condition.length > 1) return keepAny(rows, count, rowGroup, condition);
  const column = rowGroup.codes(first.facet);
  return typeof first.codes === 'number'
    ? keepEqual(rows, count, column, first.codes)
    : keepCodes(rows, count, column, first.codes);
}

function keepAny(
  rows: Uint16Array,
  count: number,
  rowGroup: RowGroup,
  condition: readonly FacetCodes[],
): number {
  const alternatives = condition.map(({ facet, codes }) => ({
    column: rowGroup.codes(facet),
    codes,
  }));
  const holds = (row: number) =>
    alternatives.some(({ column, codes }) =>
      typeof codes === 'number' ? column[row] === codes : codes[column[row]!] === 1,
    );
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    rows[left] = row;
    left += holds(row) ? 1 : 0;
  }
  return left;
}

/** One sweep over each block of texts. After each hit it goes on with the next row that is left. */
function keepText(
  rows: Uint16Array,
  count: number,
  rowGroup: RowGroup,
  { bytes: searched, negated }: TextSearch,
): number {
  let left = 0;
  let index = 0;
  /** Rows of which it is known whether they contain the text. */
  const keepIf = (contains: boolean) => {
    rows[left] = rows[index]!;
    if (contains !== negated) left += 1;
    index += 1;
  };
  for (const { firstRow, bytes, start, ends } of rowGroup.textBlocks(searched)) {
    while (index < count && rows[index]! < firstRow) keepIf(false);
    const texts = bytes.subarray(0, ends[ends.length - 1]);
    let hit = start === texts.length ? -1 : texts.indexOf(searched, start);
    for (; index < count && rows[index]! < firstRow + ends.length; ) {
      const row = rows[index]! - firstRow;
      const begin = row === 0 ? start : ends[row - 1]!;
      if (hit !== -1 && hit < begin) hit = texts.indexOf(searched, begin);
      keepIf(hit !== -1 && hit + searched.length <= ends[row]!);
    }
  }
  while (index < count) keepIf(false);
  return left;
}
