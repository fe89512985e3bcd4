import { ByteWriter } from '../../../core/byte-writer.ts';
import { facetPlace, facets } from '../../../core/facets.ts';
import type { Codes, Tally } from '../query/segment.ts';
import type { LogPlace } from './log-places.ts';

/** A tally has no more pairs than this, and no more than a fourth of the rows: reading the column costs hardly more. */
const mostPairs = 1_024;
const fewPairs = 16;
/** A facet has no tallies when so many pairs could be in it, each value with each service. */
const mostPossible = 1 << 20;

/** A facet's column over all rows of a segment, in codes below `size`. */
export interface Coded {
  readonly codes: Codes;
  readonly size: number;
}

/**
 * The tallies of each log in a segment: first how many bytes each facet's has, none where there is no tally, then the
 * tallies. Of a pair: by how much the value's code is higher than that of the pair before, the service's code, how often.
 * All of it in numbers of seven bits a byte, lowest first. A few hundred bytes each, which hardly compress.
 */
export function tallyBlocks(
  columns: readonly Coded[],
  logs: readonly Pick<LogPlace, 'firstRow' | 'rows'>[],
): Uint8Array[] {
  const service = columns[facetPlace('systemService')]!;
  const pairs = columns.map((column) => new Pairs(column, service));
  const lengths = new ByteWriter(256);
  const tallies = new ByteWriter();
  return logs.map(({ firstRow, rows }) => {
    lengths.at = 0;
    tallies.at = 0;
    for (const ofFacet of pairs) {
      const before = tallies.at;
      ofFacet.write(firstRow, rows, tallies);
      writeNumber(tallies.at - before, lengths);
    }
    return Buffer.concat([written(lengths), written(tallies)]);
  });
}

/** The bytes of one facet's tally, in memory of their own; none where there is no tally. */
export function tallyIn(block: Uint8Array, facet: number): Uint8Array {
  const reader = new NumberReader(block);
  let [before, length] = [0, 0];
  for (let place = 0; place < facets.length; place += 1) {
    const bytes = reader.next();
    if (place < facet) before += bytes;
    else if (place === facet) length = bytes;
  }
  return block.slice(reader.at + before, reader.at + before + length);
}

/** Undefined for none. */
export function readTally(bytes: Uint8Array): Tally | undefined {
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

/** Which values of a facet stand with which services. */
class Pairs {
  readonly #facet: Coded;
  readonly #service: Coded;
  /** By pair, while a log is counted; all zero between two logs. */
  readonly #times: Uint32Array;

  constructor(facet: Coded, service: Coded) {
    this.#facet = facet;
    this.#service = service;
    const possible = facet.size * service.size;
    this.#times = new Uint32Array(possible > mostPossible ? 0 : possible);
  }

  /** Writes the tally of some rows; nothing when they have too many pairs. */
  write(firstRow: number, rows: number, into: ByteWriter): void {
    if (this.#times.length === 0) return;
    const { size } = this.#service;
    const most = Math.max(fewPairs, Math.min(mostPairs, rows / 4));
    const seen = this.#seen(firstRow, firstRow + rows, most);
    let before = 0;
    for (const pair of seen.length > most ? [] : seen.sort((a, b) => a - b)) {
      const value = Math.floor(pair / size);
      writeNumber(value - before, into);
      writeNumber(pair % size, into);
      writeNumber(this.#times[pair]!, into);
      before = value;
    }
    for (const pair of seen) this.#times[pair] = 0;
  }

  /** The pairs of these rows, or of the first of them once they are too many. */
  #seen(from: number, to: number, most: number): number[] {
    const { codes } = this.#facet;
    const { codes: services, size } = this.#service;
    const times = this.#times;
    const seen: number[] = [];
    for (let row = from; row < to && seen.length <= most; row += 1) {
      const pair = codes[row]! * size + services[row]!;
      if (times[pair] === 0) seen.push(pair);
      times[pair]! += 1;
    }
    return seen;
  }
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

function written({ bytes, at }: ByteWriter): Uint8Array {
  return bytes.subarray(0, at);
}
