import { ByteWriter } from '../../../core/byte-writer.ts';
import { facetIndex } from '../../../core/facets.ts';
import type { Codes, ValueCounts } from '../log-slice.ts';
import type { LogLocation } from './log-locations.ts';

/** A log with fewer rows has no tallies: its columns are as quickly read. */
const minRows = 256;
/** A tally has no more pairs than this, and no more than a fourth of the rows, for the same reason. */
const maxPairs = 1_024;
/** A facet has no tallies when so many pairs could be in it, each value with each service. */
const maxPossiblePairs = 1 << 20;

/** A facet's column over all rows of a segment, in codes below `size`. */
export interface CodedColumn {
  readonly codes: Codes;
  readonly size: number;
}

/** The tallies of one log in a segment, by its number. */
export interface LogValueCounts {
  readonly log: number;
  /**
   * Of how many facets, how many bytes the tally of each takes, none where there is no tally, then the tallies. Of a pair:
   * by how much the value's code is higher than that of the pair before, the service's code, how often. All of it in
   * numbers of seven bits a byte, lowest first. A few hundred bytes, which hardly compress.
   */
  readonly block: Uint8Array;
}

type LogRowSpan = Pick<LogLocation, 'number' | 'firstRow' | 'rows'>;

/** The tallies of those logs in a segment that have some. */
export function countValues(
  columns: readonly CodedColumn[],
  all: readonly LogRowSpan[],
): LogValueCounts[] {
  const logs = all.filter(({ rows }) => rows >= minRows);
  const service = columns[facetIndex('systemService')]!;
  const ofFacets = columns.map((facet) => encodeFacetCounts(facet, service, logs));
  const head = new ByteWriter(256);
  return logs.map(({ number }, place) => {
    const tallies = ofFacets.map((ofLogs) => ofLogs[place]!);
    head.at = 0;
    writeNumber(tallies.length, head);
    for (const { length } of tallies) writeNumber(length, head);
    return { log: number, block: Buffer.concat([head.bytes.subarray(0, head.at), ...tallies]) };
  });
}

/** The bytes of one facet's tally, in memory of their own; none where there is no tally. */
export function facetValueCounts(block: Uint8Array, facet: number): Uint8Array {
  const reader = new NumberReader(block);
  const lengths = Array.from({ length: reader.next() }, () => reader.next());
  const start = lengths.slice(0, facet).reduce((sum, length) => sum + length, reader.at);
  return Uint8Array.from(block.subarray(start, start + (lengths[facet] ?? 0)));
}

/** Undefined for none. */
export function decodeValueCounts(bytes: Uint8Array): ValueCounts | undefined {
  if (bytes.length === 0) return undefined;
  const reader = new NumberReader(bytes);
  const [values, services, counts]: number[][] = [[], [], []];
  let value = 0;
  while (reader.at < bytes.length) {
    value += reader.next();
    values!.push(value);
    services!.push(reader.next());
    counts!.push(reader.next());
  }
  return { values: values!, services: services!, counts: counts! };
}

/** A facet's tally in each of these logs. */
function encodeFacetCounts(
  facet: CodedColumn,
  service: CodedColumn,
  logs: readonly LogRowSpan[],
): Uint8Array[] {
  const possible = facet.size * service.size;
  if (possible > maxPossiblePairs) return logs.map(() => new Uint8Array());
  const tally = new ByteWriter();
  /** By pair; all zero between two logs. */
  const times = new Uint32Array(possible);
  return logs.map((log) => {
    const most = Math.min(maxPairs, log.rows / 4);
    const seen = countPairs(facet, service, log, { times, most });
    tally.at = 0;
    let before = 0;
    for (const pair of seen.length > most ? [] : seen.sort((a, b) => a - b)) {
      const value = Math.floor(pair / service.size);
      writeNumber(value - before, tally);
      writeNumber(pair % service.size, tally);
      writeNumber(times[pair]!, tally);
      before = value;
    }
    for (const pair of seen) times[pair] = 0;
    return Uint8Array.from(tally.bytes.subarray(0, tally.at));
  });
}

/** The pairs of a log's rows, or of the first of them once they are more than `most`. */
function countPairs(
  { codes }: CodedColumn,
  { codes: services, size }: CodedColumn,
  { firstRow, rows }: LogRowSpan,
  { times, most }: { times: Uint32Array; most: number },
): number[] {
  const seen: number[] = [];
  for (let row = firstRow; row < firstRow + rows && seen.length <= most; row += 1) {
    const pair = codes[row]! * size + services[row]!;
    if (times[pair] === 0) seen.push(pair);
    times[pair]! += 1;
  }
  return seen;
}

function writeNumber(number: number, into: ByteWriter): void {
  let rest = number;
  for (; rest >= 0x80; rest >>>= 7) into.byte((rest & 0x7f) | 0x80);
  into.byte(rest);
}

class NumberReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.at++]!;
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return number >>> 0;
    }
  }
}
