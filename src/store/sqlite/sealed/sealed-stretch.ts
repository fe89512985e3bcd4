import type { Packing, Range, StoredEvent } from '../../event-store.ts';
import { partRows } from '../live/columns.ts';
import type { Codes, Part, RowLines, Stretch, Tally, Texts, Values } from '../query/segment.ts';
import { type Bounds, noTime } from './directory.ts';
import { mayContain } from './grams.ts';
import type { LogPlace } from './log-places.ts';
import type { SealedSegment } from './sealed-segment.ts';

/**
 * One log's events in a sealed segment. Nothing is read before more is asked than the segment's own bounds, which
 * hold for every log in it.
 */
export class SealedStretch implements Stretch {
  readonly log: number;
  readonly earliest: number;
  readonly latest: number;
  readonly values: Values;
  readonly #segment: SealedSegment;
  /** Its place in the segment, once it was looked for. */
  #found: { readonly log: LogPlace | undefined } | undefined;

  constructor(log: number, segment: SealedSegment, values: Values) {
    this.log = log;
    this.earliest = segment.info.earliest;
    this.latest = segment.info.latest;
    this.values = values;
    this.#segment = segment;
  }

  get segment(): number {
    return this.#segment.info.number;
  }

  get range(): Range {
    const log = this.#place;
    return log === undefined ? { from: 0, to: 0 } : rangeOf(log.firstSequence, log.rows);
  }

  bounds(): Bounds {
    return this.#place ?? noTime;
  }

  get lastRecordedAt(): number {
    return this.#place?.lastRecordedAt ?? Number.NEGATIVE_INFINITY;
  }

  get parts(): Part[] {
    const log = this.#place;
    if (log === undefined) return [];
    const { parts: bounds } = this.#segment.outline;
    const first = Math.floor(log.firstRow / partRows);
    const last = Math.floor((log.firstRow + log.rows - 1) / partRows);
    return bounds
      .slice(first, last + 1)
      .map((each, index) => new SealedPart(this.#segment, log, first + index, each));
  }

  tally(facet: number): Tally | undefined {
    return this.#place === undefined ? undefined : this.#segment.tally(facet, this.log);
  }

  events(rows: readonly number[]): StoredEvent[] {
    const log = this.#place;
    return log === undefined ? [] : this.#segment.events(rows, log);
  }

  lines(rows: Uint32Array, maxBytes: number, packing: Packing): RowLines {
    return packing === 'plain'
      ? this.#segment.lines(rows, maxBytes)
      : this.#segment.packedLines(rows, maxBytes);
  }

  leafHashes(sequences: Range): Uint8Array[] {
    const log = this.#place;
    if (log === undefined) return [];
    const { firstRow, firstSequence, rows } = log;
    const from = Math.max(sequences.from, firstSequence);
    const to = Math.min(sequences.to, firstSequence + rows);
    return from < to ? [this.#segment.leafHashes(firstRow + from - firstSequence, to - from)] : [];
  }

  node(level: number, index: number): Uint8Array | undefined {
    const log = this.#place;
    if (log === undefined) return undefined;
    const { firstSequence: from, firstNode, rows } = log;
    const to = from + rows;
    let place = firstNode;
    for (let lower = 8; lower < level; lower += 8)
      place += completed(to, lower) - completed(from, lower);
    const first = completed(from, level);
    if (index < first || index >= completed(to, level)) return undefined;
    return this.#segment.node(place + index - first);
  }

  get #place(): LogPlace | undefined {
    this.#found ??= { log: this.#segment.log(this.log) };
    return this.#found.log;
  }
}

/** How many nodes of a level a log of this size has. */
function completed(size: number, level: number): number {
  return Math.floor(size / 2 ** level);
}

function rangeOf(from: number, length: number): Range {
  return { from, to: from + length };
}

class SealedPart implements Part {
  readonly logs = undefined;
  readonly sequences = undefined;
  readonly rows: number;
  readonly firstRow: number;
  readonly earliest: number;
  readonly latest: number;
  readonly range: Range;
  readonly #segment: SealedSegment;
  /** Which part of the segment it is, and where in it the log's rows begin and end. */
  readonly #part: number;
  readonly #begin: number;
  readonly #end: number;

  constructor(segment: SealedSegment, log: LogPlace, part: number, bounds: Bounds) {
    this.#segment = segment;
    this.#part = part;
    this.firstRow = Math.max(log.firstRow, part * partRows);
    this.rows = Math.min(log.firstRow + log.rows, (part + 1) * partRows) - this.firstRow;
    this.#begin = this.firstRow - part * partRows;
    this.#end = this.#begin + this.rows;
    this.earliest = Math.max(bounds.earliest, log.earliest);
    this.latest = Math.min(bounds.latest, log.latest);
    this.range = rangeOf(log.firstSequence + this.firstRow - log.firstRow, this.rows);
  }

  createdAt(): Float64Array {
    return this.#segment.createdAt(this.#part).subarray(this.#begin, this.#end);
  }

  recordedAt(): Float64Array {
    return this.#segment.recordedAt(this.#part).subarray(this.#begin, this.#end);
  }

  codes(facet: number): Codes {
    return this.#segment.codes(facet, this.#part).subarray(this.#begin, this.#end);
  }

  mayContain(text: Uint8Array): boolean {
    return mayContain(this.#segment.grams(this.#part), text);
  }

  texts(): Texts {
    const { bytes, ends } = this.#segment.texts(this.#part);
    const start = this.#begin === 0 ? 0 : ends[this.#begin - 1]!;
    return { bytes, start, ends: ends.subarray(this.#begin, this.#end) };
  }
}
