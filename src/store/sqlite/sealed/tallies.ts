import { facetPlace } from '../../../core/facets.ts';
import type { Codes, Tally } from '../query/segment.ts';
import { bytesOf, readCodes } from './codes.ts';
import { firstAtLeast, type LogPlace } from './log-places.ts';

/** A log with more pairs than this has no tally: it would be hardly shorter than the column. */
const mostPairs = 4_096;
/** Nor has any, of a facet in which so many pairs could be: each value with each service. */
const mostPossible = 1 << 20;

/** A facet's column over all rows of a segment, in codes below `size`. */
export interface Coded {
  readonly codes: Codes;
  readonly size: number;
}

type LogRows = Pick<LogPlace, 'number' | 'firstRow' | 'rows'>;

/** A frame for each facet of a segment. */
export function tallyFrames(columns: readonly Coded[], logs: readonly LogRows[]): Uint8Array[] {
  const service = columns[facetPlace('systemService')]!;
  return columns.map((facet) => tallyFrame(facet, service, logs));
}

/**
 * A facet's tallies of all logs in a segment, as 32-bit numbers: how many logs, their numbers, where the pairs of each
 * end; then the values of all pairs, the services, and how often. A log without pairs has no tally.
 */
function tallyFrame(facet: Coded, service: Coded, all: readonly LogRows[]): Uint8Array {
  const logs = facet.size * service.size <= mostPossible ? all : [];
  const pairs = new Pairs(facet, service, logs);
  const { length } = pairs.counts;
  const words = new Uint32Array(1 + 2 * logs.length + 3 * length);
  words[0] = logs.length;
  words.set(
    logs.map(({ number }) => number),
    1,
  );
  words.set(pairs.ends, 1 + logs.length);
  const first = 1 + 2 * logs.length;
  words.set(pairs.values, first);
  words.set(pairs.services, first + length);
  words.set(pairs.counts, first + 2 * length);
  return bytesOf(words);
}

/** The tally of one log, in memory of its own; undefined when it has none. */
export function readTally(frame: Uint8Array, log: number): Tally | undefined {
  const words = readCodes(frame, 4) as Uint32Array;
  const [logs = 0] = words;
  const at = firstAtLeast(logs, (place) => words[1 + place]! >= log);
  if (at === logs || words[1 + at] !== log) return undefined;
  const first = 1 + 2 * logs;
  const length = (words.length - first) / 3;
  const from = at === 0 ? 0 : words[logs + at]!;
  const to = words[1 + logs + at]!;
  if (from === to) return undefined;
  const slice = (column: number) =>
    words.slice(first + column * length + from, first + column * length + to);
  return { values: slice(0), services: slice(1), counts: slice(2) };
}

/** Which values stand with which services in some logs, one log after the other. */
class Pairs {
  readonly values: number[] = [];
  readonly services: number[] = [];
  readonly counts: number[] = [];
  /** How many there are up to the end of each log. */
  readonly ends: number[] = [];
  readonly #facet: Coded;
  readonly #service: Coded;
  /** By pair, while a log is counted. */
  readonly #times: Uint32Array;

  constructor(facet: Coded, service: Coded, logs: readonly LogRows[]) {
    this.#facet = facet;
    this.#service = service;
    this.#times = new Uint32Array(logs.length === 0 ? 0 : facet.size * service.size);
    for (const { firstRow, rows } of logs) {
      this.#count(firstRow, firstRow + rows);
      this.ends.push(this.counts.length);
    }
  }

  #count(from: number, to: number): void {
    const { size } = this.#service;
    const seen = this.#seen(from, to);
    const isTallied = seen.length <= mostPairs;
    for (const pair of isTallied ? seen.sort((a, b) => a - b) : []) {
      this.values.push(Math.floor(pair / size));
      this.services.push(pair % size);
      this.counts.push(this.#times[pair]!);
    }
    for (const pair of seen) this.#times[pair] = 0;
  }

  /** The pairs of these rows, or of the first of them once they are too many. */
  #seen(from: number, to: number): number[] {
    const { codes } = this.#facet;
    const { codes: services, size } = this.#service;
    const times = this.#times;
    const seen: number[] = [];
    for (let row = from; row < to && seen.length <= mostPairs; row += 1) {
      const pair = codes[row]! * size + services[row]!;
      if (times[pair] === 0) seen.push(pair);
      times[pair]! += 1;
    }
    return seen;
  }
}
