import { joined } from '../../../core/bytes.ts';
import { facets } from '../../../core/facets.ts';
import { comparable } from '../../../core/filter.ts';
import type { Range, StoredEvent } from '../../event-store.ts';
import { packedHere } from '../../packing.ts';
import type { Codes, Part, RowLines, Stretch, Texts, Values } from '../query/segment.ts';
import { type LiveColumns, partRows, valueCount, visibleRows } from './columns.ts';
import type { LiveLogs } from './live-logs.ts';
import type { Rows } from './rows.ts';

/** The rows of one log that are visible now in a segment that still takes events. */
export function liveStretch(
  log: number,
  columns: LiveColumns,
  { values, logs, rows: held }: { values: Values; logs: LiveLogs; rows: Rows },
): Stretch {
  const rows = visibleRows(columns);
  const parts = Array.from(
    { length: Math.ceil(rows / partRows) },
    (_, index) => new LivePart(columns, index, Math.min(partRows, rows - index * partRows)),
  );
  const earliest = Math.min(...parts.map((part) => part.earliest));
  const latest = Math.max(...parts.map((part) => part.latest));
  return {
    log,
    segment: undefined,
    earliest,
    latest,
    bounds: () => ({ earliest, latest }),
    range: logs.rangeOf(log, rows),
    lastRecordedAt: Number.POSITIVE_INFINITY,
    parts,
    values,
    tally: () => undefined,
    events: (asked) => asked.map((row) => withoutLog(held.event(row))),
    lines: (asked, maxBytes, packing) => {
      const lines = heldLines(held, asked, maxBytes);
      return packing === 'plain' ? lines : { ...lines, bytes: packedHere(lines.bytes) };
    },
    leafHashes: (sequences) =>
      rowsOf(log, columns, rows, sequences).map((row) => held.chunk(row).leafHash(row)),
    node: (level, index) => held.node(log, level, index),
  };
}

/** The log's rows with these sequences, in order. */
function rowsOf(log: number, columns: LiveColumns, rows: number, { from, to }: Range): number[] {
  const { logs, sequences } = columns;
  const found: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    if (logs[row] === log && sequences[row]! >= from && sequences[row]! < to) found.push(row);
  }
  return found;
}

function heldLines(held: Rows, rows: Uint32Array, maxBytes: number): RowLines {
  const lines: Buffer[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (lines.length > 0 && bytes >= maxBytes) break;
    const line = held.chunk(row).line(row);
    lines.push(line);
    bytes += line.length;
  }
  return { rows: lines.length, bytes: joined(lines) };
}

/** Rows of all logs are mixed, so nothing is known of one log without looking. */
const anySequence: Range = { from: 0, to: Number.POSITIVE_INFINITY };

class LivePart implements Part {
  readonly range = anySequence;
  readonly rows: number;
  readonly firstRow: number;
  readonly earliest: number;
  readonly latest: number;
  readonly #columns: LiveColumns;

  constructor(columns: LiveColumns, index: number, rows: number) {
    this.#columns = columns;
    this.rows = rows;
    this.firstRow = index * partRows;
    this.earliest = columns.partEarliest[index]!;
    this.latest = columns.partLatest[index]!;
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

  texts(): Texts {
    const { text, textEnds } = this.#columns;
    return {
      bytes: Buffer.from(text.buffer),
      start: this.firstRow === 0 ? 0 : textEnds[this.firstRow - 1]!,
      ends: textEnds.subarray(this.firstRow, this.firstRow + this.rows),
    };
  }
}

/** The values of a segment that still takes events, read on as far as there are new ones when asked. */
export class LiveValues implements Values {
  readonly #columns: LiveColumns;
  readonly #bytes: Buffer;
  readonly #texts: string[] = [''];
  readonly #codes: readonly Map<string, number[]>[] = facets.map(() => new Map());

  constructor(columns: LiveColumns) {
    this.#columns = columns;
    this.#bytes = Buffer.from(columns.values.buffer);
  }

  sizeOf(_facet: number): number {
    this.#readOn();
    return this.#texts.length;
  }

  codesOf(facet: number, value: string): readonly number[] {
    this.#readOn();
    return this.#codes[facet]!.get(comparable(facets[facet]!, value)) ?? [];
  }

  textsOf(_facet: number): (code: number) => string {
    return (code) => {
      if (code >= this.#texts.length) this.#readOn();
      return this.#texts[code]!;
    };
  }

  #readOn(): void {
    const { counters, valueEnds, valueFacets } = this.#columns;
    const last = Atomics.load(counters, valueCount);
    for (let code = this.#texts.length; code <= last; code += 1) {
      const text = this.#bytes.toString('utf8', valueEnds[code - 1]!, valueEnds[code]!);
      const facet = valueFacets[code]!;
      this.#texts.push(text);
      const codes = this.#codes[facet]!;
      const form = comparable(facets[facet]!, text);
      const same = codes.get(form);
      if (same === undefined) codes.set(form, [code]);
      else same.push(code);
    }
  }
}

function withoutLog({ log: _, ...event }: StoredEvent & { log: number }): StoredEvent {
  return event;
}
