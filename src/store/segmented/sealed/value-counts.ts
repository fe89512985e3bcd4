import { ByteWriter } from '../../../core/byte-writer.ts';
import { facetIndex } from '../../../core/facets.ts';
import type { Codes, ValueCounts } from '../log-slice.ts';
import type { LogLocation } from './log-locations.ts';

/** A log with fewer rows has no value counts: its columns are read as quickly. */
const minRows = 256;
/** A facet with more pairs of value and service, or one for every four rows, has none for the same reason. */
const maxPairs = 1_024;
/** Nor has a facet that could have more pairs than this, each value with each service. */
const maxPossiblePairs = 1 << 20;

/** A facet's column over all rows of a segment, in codes below `size`. */
export interface CodedColumn {
  readonly codes: Codes;
  readonly size: number;
}

/** The value counts of one log in a segment. */
export interface LogValueCounts {
  readonly log: number;
  /**
   * The number of facets; for each of them the length of its counts in bytes, 0 if it has none; then the counts. For each
   * pair: by how much the value's code is higher than that of the pair before, the service's code, how often they occur.
   * All of these are numbers with seven bits a byte, lowest first. A few hundred bytes, which hardly compress.
   */
  readonly block: Uint8Array;
}

type LogRowSpan = Pick<LogLocation, 'number' | 'firstRow' | 'rows'>;

/** The value counts of those logs in a segment that have some. */
export function countValues(
  columns: readonly CodedColumn[],
  all: readonly LogRowSpan[],
): LogValueCounts[] {
  const logs = all.filter(({ rows }) => rows >= minRows);
  const service = columns[facetIndex('systemService')]!;
  const ofFacets = columns.map((facet) => encodeFacetCounts(facet, service, logs));
  const head = new ByteWriter(256);
  return logs.map(({ number }, index) => {
    const counts = ofFacets.map((ofLogs) => ofLogs[index]!);
    head.at = 0;
    writeNumber(counts.length, head);
    for (const { length } of counts) writeNumber(length, head);
    return { log: number, block: Buffer.concat([head.bytes.subarray(0, head.at), ...counts]) };
  });
}

/** The bytes of one facet's counts, in memory of their own; no bytes if it has none. */
export function facetValueCounts(block: Uint8Array, facet: number): Uint8Array {
  const reader = new NumberReader(block);
  const lengths = Array.from({ length: reader.next() }, () => reader.next());
  const start = lengths.slice(0, facet).reduce((sum, length) => sum + length, reader.at);
  return Uint8Array.from(block.subarray(start, start + (lengths[facet] ?? 0)));
}

/** Undefined if there are no bytes. */
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

/** A facet's counts in each of these logs. */
function encodeFacetCounts(
  facet: CodedColumn,
  service: CodedColumn,
  logs: readonly LogRowSpan[],
): Uint8Array[] {
  const possible = facet.size * service.size;
  if (possible > maxPossiblePairs) return logs.map(() => new Uint8Array());
  const encoded = new ByteWriter();
  /** By pair; all zero between two logs. */
  const counts = new Uint32Array(possible);
  return logs.map((log) => {
    const most = Math.min(maxPairs, log.rows / 4);
    const seen = countPairs(facet, service, log, { counts, most });
    encoded.at = 0;
    let before = 0;
    for (const pair of seen.length > most ? [] : seen.sort((a, b) => a - b)) {
      const value = Math.floor(pair / service.size);
      writeNumber(value - before, encoded);
      writeNumber(pair % service.size, encoded);
      writeNumber(counts[pair]!, encoded);
      before = value;
    }
    for (const pair of seen) counts[pair] = 0;
    return Uint8Array.from(encoded.bytes.subarray(0, encoded.at));
  });
}

/** The pairs in a log's rows. It stops once they are more than `most`. */
function countPairs(
  { codes }: CodedColumn,
  { codes: services, size }: CodedColumn,
  { firstRow, rows }: LogRowSpan,
  { counts, most }: { counts: Uint32Array; most: number },
): number[] {
  const seen: number[] = [];
  for (let row = firstRow; row < firstRow + rows && seen.length <= most; row += 1) {
    const pair = codes[row]! * size + services[row]!;
    if (counts[pair] === 0) seen.push(pair);
    counts[pair]! += 1;
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
