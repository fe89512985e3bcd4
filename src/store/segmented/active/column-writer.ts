import { facets } from '../../../core/facets.ts';
import { searchForm } from '../../../core/filter.ts';
import { facetLengthAt, facetLengthBytes } from '../../../core/packed-facets.ts';
import type { IdHash } from '../ids/id-hash.ts';
import { idTime } from '../ids/id-time.ts';
import { rowGroupRows } from '../log-slice.ts';
import {
  type ActiveColumns,
  type Capacity,
  rowCountIndex,
  valueCountIndex,
  visibleRows,
} from './columns.ts';
import type { SearchableEvent } from './searchable-event.ts';
import { ValueCodes } from './value-codes.ts';

/**
 * Fills active columns. Rows are staged while their transaction is open. Once it is on disk they become visible
 * together; if it fails they are discarded.
 */
export class ColumnWriter {
  readonly columns: ActiveColumns;
  readonly #text: Buffer;
  /** Created with the first value: a segment that waits to be sealed needs none. */
  #codes: ValueCodes | undefined;
  readonly #hashes: IdHash[] = [];
  #rows: number;
  #textEnd = 0;

  constructor(columns: ActiveColumns) {
    this.columns = columns;
    this.#text = Buffer.from(columns.text.buffer);
    this.#rows = visibleRows(columns);
  }

  /** The row of the next staged event. */
  get nextRow(): number {
    return this.#rows;
  }

  /** Whether events that need this much can be staged. */
  hasRoomFor(need: Capacity): boolean {
    const { capacity, counters, valueEnds } = this.columns;
    const values = counters[valueCountIndex]!;
    return (
      this.#rows + need.rows <= capacity.rows &&
      values + need.values <= capacity.values &&
      valueEnds[values]! + need.valueBytes <= capacity.valueBytes &&
      this.#textEnd + need.textBytes <= capacity.textBytes
    );
  }

  /** Makes rows visible that are in the columns already; `hashes` are those of their ids. */
  restore(rows: number, hashes: Uint32Array): void {
    const first = this.#rows;
    for (let at = 0; at < rows; at += 1) {
      this.#widenRowGroup(first + at);
      this.#enterId(hashes[at * 2]!, hashes[at * 2 + 1]!, first + at);
    }
    Atomics.store(this.columns.counters, rowCountIndex, first + rows);
    // Now it is as if these rows had been staged.
    this.#rows = first + rows;
    this.#textEnd = this.columns.textEnds[this.#rows - 1] ?? 0;
  }

  /** Writes the next row, which is not visible yet. There must be room. */
  stage(log: number, event: SearchableEvent, hash: IdHash): void {
    const { columns } = this;
    const row = this.#rows++;
    columns.logs[row] = log;
    columns.sequences[row] = event.sequence;
    columns.createdAt[row] = event.createdAt;
    columns.recordedAt[row] = event.recordedAt;
    this.#stageFacets(row, event.facets, event.facetStart);
    if (event.description !== undefined) {
      this.#textEnd += this.#text.write(searchForm(event.description), this.#textEnd);
    }
    columns.textEnds[row] = this.#textEnd;
    this.#widenIdTimes(event.eventID);
    this.#hashes.push(hash);
  }

  /** Makes the staged rows visible to every thread. */
  publish(): void {
    const { columns } = this;
    const first = visibleRows(columns);
    for (let row = first; row < this.#rows; row += 1) {
      this.#widenRowGroup(row);
      const { high, low } = this.#hashes[row - first]!;
      this.#enterId(high, low, row);
    }
    this.#hashes.length = 0;
    Atomics.store(columns.counters, rowCountIndex, this.#rows);
  }

  /** Forgets the staged rows. New values of theirs keep their codes, which does no harm. */
  discard(): void {
    this.#rows = visibleRows(this.columns);
    this.#textEnd = this.#rows === 0 ? 0 : this.columns.textEnds[this.#rows - 1]!;
    this.#hashes.length = 0;
  }

  #stageFacets(row: number, bytes: Uint8Array, from: number): void {
    const { codes } = this.columns;
    this.#codes ??= new ValueCodes(this.columns);
    for (let facet = 0, at = from; facet < facets.length; facet += 1) {
      const start = at + facetLengthBytes;
      at = start + facetLengthAt(bytes, at);
      codes[facet]![row] = at === start ? 0 : this.#codes.codeOf(facet, bytes, start, at);
    }
  }

  #widenRowGroup(row: number): void {
    const { createdAt, rowGroupEarliest, rowGroupLatest } = this.columns;
    const group = Math.floor(row / rowGroupRows);
    const at = createdAt[row]!;
    const first = row % rowGroupRows === 0;
    if (first || at < rowGroupEarliest[group]!) rowGroupEarliest[group] = at;
    if (first || at > rowGroupLatest[group]!) rowGroupLatest[group] = at;
  }

  #widenIdTimes(eventID: string): void {
    const time = idTime(eventID);
    if (time === undefined) return;
    const { idTimes } = this.columns;
    if (time < idTimes[0]!) idTimes[0] = time;
    if (time > idTimes[1]!) idTimes[1] = time;
  }

  #enterId(high: number, low: number, row: number): void {
    const { ids } = this.columns;
    const mask = ids.length / 3 - 1;
    let slot = low & mask;
    while (ids[slot * 3 + 2] !== 0) slot = (slot + 1) & mask;
    ids[slot * 3] = high;
    ids[slot * 3 + 1] = low;
    ids[slot * 3 + 2] = row + 1;
  }
}
