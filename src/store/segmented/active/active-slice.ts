import { joinBytes } from '../../../core/bytes.ts';
import { facets } from '../../../core/facets.ts';
import { comparisonForm } from '../../../core/filter.ts';
import type { Range, StoredEvent } from '../../event-store.ts';
import { compressFrameSync } from '../../zstd-lines.ts';
import {
  type Codes,
  type LogSlice,
  type RowGroup,
  type RowLines,
  rowGroupRows,
  type TextBlock,
  type ValueDictionary,
} from '../log-slice.ts';
import type { ActiveLogs } from './active-logs.ts';
import { type ActiveColumns, valueCountIndex, visibleRows } from './columns.ts';
import type { CommitLogReader } from './commit-log-reader.ts';

/** What a reader holds open of an active segment. */
interface OpenSegment {
  readonly number: number;
  readonly values: ValueDictionary;
  readonly logs: ActiveLogs;
  readonly rows: CommitLogReader;
}

/** The rows of one log that are visible now in an active segment. */
export function activeSlice(
  log: number,
  columns: ActiveColumns,
  { number, values, logs, rows: reader }: OpenSegment,
): LogSlice {
  const rows = visibleRows(columns);
  const { range, rowGroups: groups } = logs.rowGroupsOf(log, rows);
  const rowGroups = groups.map(
    (group) =>
      new ActiveRowGroup(columns, group, Math.min(rowGroupRows, rows - group * rowGroupRows)),
  );
  const earliest = Math.min(...rowGroups.map((group) => group.earliest));
  const latest = Math.max(...rowGroups.map((group) => group.latest));
  return {
    log,
    segment: undefined,
    unsealed: number,
    earliest,
    latest,
    bounds: () => ({ earliest, latest }),
    range: { ...range },
    lastRecordedAt: Number.POSITIVE_INFINITY,
    rowGroups,
    values,
    valueCounts: () => undefined,
    events: (some) => some.map((row) => withoutLog(reader.event(row))),
    lines: (some, maxBytes, packing) => {
      const lines = readLines(reader, some, maxBytes);
      return packing === 'plain' ? lines : { ...lines, bytes: compressFrameSync(lines.bytes) };
    },
    leafHashes: (sequences) =>
      rowsOf(log, columns, rows, sequences).map((row) => reader.groupRow(row).leafHash(row)),
    node: (level, index) => reader.node(log, level, index),
  };
}

/** The log's rows with these sequences, in order. */
function rowsOf(log: number, columns: ActiveColumns, rows: number, { from, to }: Range): number[] {
  const { logs, sequences } = columns;
  const found: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    if (logs[row] === log && sequences[row]! >= from && sequences[row]! < to) found.push(row);
  }
  return found;
}

function readLines(reader: CommitLogReader, rows: Uint32Array, maxBytes: number): RowLines {
  const lines: Buffer[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (lines.length > 0 && bytes >= maxBytes) break;
    const line = reader.groupRow(row).line(row);
    lines.push(line);
    bytes += line.length;
  }
  return { rows: lines.length, bytes: joinBytes(lines) };
}

/** Rows of all logs are mixed, so the sequences of one log are not known without looking at each row. */
const anySequence: Range = { from: 0, to: Number.POSITIVE_INFINITY };

class ActiveRowGroup implements RowGroup {
  readonly range = anySequence;
  readonly rows: number;
  readonly firstRow: number;
  readonly earliest: number;
  readonly latest: number;
  readonly #columns: ActiveColumns;

  constructor(columns: ActiveColumns, index: number, rows: number) {
    this.#columns = columns;
    this.rows = rows;
    this.firstRow = index * rowGroupRows;
    this.earliest = columns.rowGroupEarliest[index]!;
    this.latest = columns.rowGroupLatest[index]!;
  }

  get logs(): Codes {
    return this.#columns.logs.subarray(this.firstRow, this.firstRow + this.rows);
  }

  get sequences(): Uint32Array {
    return this.#columns.sequences.subarray(this.firstRow, this.firstRow + this.rows);
  }

  createdAt(): Float64Array {
    return this.#columns.createdAt.subarray(this.firstRow, this.firstRow + this.rows);
  }

  recordedAt(): Float64Array {
    return this.#columns.recordedAt.subarray(this.firstRow, this.firstRow + this.rows);
  }

  codes(facet: number): Codes {
    return this.#columns.codes[facet]!.subarray(this.firstRow, this.firstRow + this.rows);
  }

  mayContain(): boolean {
    return true;
  }

  textBlocks(): readonly TextBlock[] {
    const { text, textEnds } = this.#columns;
    return [
      {
        firstRow: 0,
        bytes: Buffer.from(text.buffer),
        start: this.firstRow === 0 ? 0 : textEnds[this.firstRow - 1]!,
        ends: textEnds.subarray(this.firstRow, this.firstRow + this.rows),
      },
    ];
  }
}

/** The values of an active segment, as they are at the time of each call. */
export class ActiveDictionary implements ValueDictionary {
  readonly #columns: ActiveColumns;
  readonly #bytes: Buffer;
  /** For each facet that was looked up: codes by the form in which values are compared, and the last code read. */
  readonly #known = new Map<number, { readonly codes: Map<string, number[]>; last: number }>();

  constructor(columns: ActiveColumns) {
    this.#columns = columns;
    this.#bytes = Buffer.from(columns.values.buffer);
  }

  sizeOf(_facet: number): number {
    return Atomics.load(this.#columns.counters, valueCountIndex) + 1;
  }

  codesOf(facet: number, value: string): readonly number[] {
    return this.#codes(facet).get(comparisonForm(facets[facet]!, value)) ?? [];
  }

  textsOf(_facet: number): (code: number) => string {
    return (code) => this.#text(code);
  }

  #text(code: number): string {
    const { valueEnds } = this.#columns;
    return this.#bytes.toString('utf8', valueEnds[code - 1]!, valueEnds[code]!);
  }

  /** Reads the values that came since the last call. */
  #codes(facet: number): ReadonlyMap<string, number[]> {
    const known = this.#known.get(facet) ?? { codes: new Map<string, number[]>(), last: 0 };
    this.#known.set(facet, known);
    const { codes } = known;
    const { valueFacets } = this.#columns;
    const last = this.sizeOf(facet) - 1;
    for (let code = known.last + 1; code <= last; code += 1) {
      if (valueFacets[code] !== facet) continue;
      const form = comparisonForm(facets[facet]!, this.#text(code));
      const same = codes.get(form);
      if (same === undefined) codes.set(form, [code]);
      else same.push(code);
    }
    known.last = last;
    return codes;
  }
}

function withoutLog({ log: _, ...event }: StoredEvent & { log: number }): StoredEvent {
  return event;
}
