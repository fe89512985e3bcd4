import type { Range } from '../../event-store.ts';
import type { CodeCondition, FacetCodes, Question } from './question.ts';
import type { Part } from './segment.ts';

/** Room for `select` to answer in. */
export function newMask({ rows }: Part): Uint8Array {
  return new Uint8Array(rows);
}

/**
 * Which rows of a part answer the question: `mask[row]` is 1 for those; gives their number. Each condition is one
 * pass over one column, so what is not asked about is not read.
 */
export function select(part: Part, log: number, question: Question, mask: Uint8Array): number {
  const { rows } = part;
  const { from, to, sequences, conditions, text } = question;
  if (text !== undefined && !part.mayContain(text)) return 0;
  mask.fill(1);
  if (part.logs !== undefined) keepEqual(mask, rows, part.logs, log);
  if (part.range.from < sequences.from || part.range.to > sequences.to) {
    keepSequences(mask, part, sequences);
  }
  if (part.earliest < from || part.latest >= to) keepWithin(mask, rows, part.createdAt(), from, to);
  for (const condition of conditions) keepCondition(mask, part, condition);
  const selected = count(mask, rows);
  if (text === undefined || selected === 0) return selected;
  return keepText(mask, part, text);
}

function keepEqual(
  mask: Uint8Array,
  rows: number,
  column: { readonly [row: number]: number },
  wanted: number,
): void {
  for (let row = 0; row < rows; row += 1) if (column[row] !== wanted) mask[row] = 0;
}

function keepSequences(mask: Uint8Array, part: Part, { from, to }: Range): void {
  if (part.sequences !== undefined) {
    keepWithin(mask, part.rows, part.sequences, from, to);
    return;
  }
  const first = part.range.from;
  mask.fill(0, 0, Math.max(0, from - first));
  mask.fill(0, Math.max(0, Math.min(part.rows, to - first)), part.rows);
}

/** Keeps `from <= value < to`. */
function keepWithin(
  mask: Uint8Array,
  rows: number,
  column: { readonly [row: number]: number },
  from: number,
  to: number,
): void {
  for (let row = 0; row < rows; row += 1) {
    const value = column[row]!;
    if (value < from || value >= to) mask[row] = 0;
  }
}

function keepCondition(mask: Uint8Array, part: Part, { facets, not }: CodeCondition): void {
  const [first] = facets;
  if (facets.length === 1 && first !== undefined) {
    keepCodes(mask, part, first, not ? 0 : 1);
    return;
  }
  const any = new Uint8Array(part.rows);
  for (const { facet, set } of facets) {
    const codes = part.codes(facet);
    for (let row = 0; row < part.rows; row += 1) if (set[codes[row]!] === 1) any[row] = 1;
  }
  keepEqual(mask, part.rows, any, not ? 0 : 1);
}

function keepCodes(mask: Uint8Array, part: Part, { facet, set }: FacetCodes, wanted: 0 | 1): void {
  const codes = part.codes(facet);
  const { rows } = part;
  for (let row = 0; row < rows; row += 1) if (set[codes[row]!] !== wanted) mask[row] = 0;
}

function count(mask: Uint8Array, rows: number): number {
  let selected = 0;
  for (let row = 0; row < rows; row += 1) selected += mask[row]!;
  return selected;
}

/** One sweep over the texts, which jumps from each hit to the next row that is still wanted. */
function keepText(mask: Uint8Array, part: Part, wanted: Buffer): number {
  const { bytes, start, ends } = part.texts();
  const searched = bytes.subarray(0, ends[part.rows - 1]);
  let selected = 0;
  let hit = start === searched.length ? -1 : searched.indexOf(wanted, start);
  for (let row = 0; row < part.rows; row += 1) {
    if (mask[row] === 0) continue;
    const begin = row === 0 ? start : ends[row - 1]!;
    if (hit !== -1 && hit < begin) hit = searched.indexOf(wanted, begin);
    if (hit !== -1 && hit + wanted.length <= ends[row]!) selected += 1;
    else mask[row] = 0;
  }
  return selected;
}
