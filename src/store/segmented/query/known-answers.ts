import { LRUCache } from 'lru-cache';
import type { Facet } from '../../../core/facets.ts';
import type { Filter } from '../../../core/filter.ts';
import type { LogSlice } from '../log-slice.ts';

/** How often each value of a facet occurs among the matching events of some sealed segments. */
export interface CountedValues {
  /** Numbers of these segments. */
  readonly segments: ReadonlySet<number>;
  readonly counts: ReadonlyMap<string, number>;
}

/** What is known of one log and one filter. */
interface Answers {
  /** By number of the segment: how many of its events match, plus one; 0 where that is unknown. */
  readonly counts: Uint32Array;
  readonly values: ReadonlyMap<Facet, CountedValues>;
  /** By number of the segment, of those that are not sealed. */
  readonly unsealed: Map<number, CountedRows>;
}

/** How many of the first rows of a segment match. There will be more rows, but these do not change. */
export interface CountedRows {
  readonly rows: number;
  readonly count: number;
}

const noValues: CountedValues = { segments: new Set(), counts: new Map() };
const noRows: CountedRows = { rows: 0, count: 0 };
const noAnswers = (): Answers => ({
  counts: new Uint32Array(),
  values: new Map(),
  unsealed: new Map(),
});

const maxBytes = 4 * 1024 * 1024;
/** Values that take more are not kept: nobody asks twice for a facet with a value for every event. */
const maxValueBytes = 256 * 1024;
/** Room for so many segments more, so that a new one does not move everything. */
const spareSegments = 64;

/**
 * What sealed segments answered lately. They never change, so it stays true. When one of them is replaced, another object
 * takes the place of this one; queries under way go on with what they began with.
 *
 * This is one of two ways to know how many events match without looking at them. The other one is the value counts in
 * the segments themselves (`matching-counts.ts`): they answer a query that was never made before, if it is about one
 * facet. See `docs/decisions/015-counts-kept-per-segment.md`.
 */
export class KnownAnswers {
  readonly #cache = new LRUCache<string, Answers>({ maxSize: maxBytes, sizeCalculation: bytesOf });

  /**
   * For segments with a number lower than `segments`. The window is not part of the filter here: it has a segment in
   * whole, and then the segment's answer is as without a window, or the answer is not kept.
   */
  of(log: number, { from: _from, to: _to, ...anytime }: Filter, segments: number): FilterAnswers {
    const key = `${log} ${JSON.stringify(anytime)}`;
    const found = this.#cache.get(key);
    if (found !== undefined && found.counts.length >= segments) {
      return new FilterAnswers(this.#cache, key, found);
    }
    const known = found ?? noAnswers();
    const grown = new Uint32Array(segments + spareSegments);
    grown.set(known.counts);
    const answers = { ...known, counts: grown };
    this.#cache.set(key, answers);
    return new FilterAnswers(this.#cache, key, answers);
  }
}

/** What sealed segments answered for one log and one filter. */
export class FilterAnswers {
  readonly #cache: LRUCache<string, Answers>;
  readonly #key: string;
  readonly #counts: Uint32Array;
  readonly #unsealed: Map<number, CountedRows>;

  constructor(cache: LRUCache<string, Answers>, key: string, { counts, unsealed }: Answers) {
    this.#cache = cache;
    this.#key = key;
    this.#counts = counts;
    this.#unsealed = unsealed;
  }

  /** How many events of a whole slice match, if that is known. */
  countOf({ segment }: LogSlice): number | undefined {
    const count = segment === undefined ? 0 : (this.#counts[segment] ?? 0);
    return count === 0 ? undefined : count - 1;
  }

  /** Keeps the count of a whole slice, unless its segment still takes events. */
  keepCount({ segment }: LogSlice, count: number): void {
    if (segment === undefined) return;
    this.#counts[segment] = count + 1;
    this.#unsealed.delete(segment);
  }

  /** What is known of a slice whose segment is not sealed. */
  countedRowsOf({ unsealed }: LogSlice): CountedRows {
    return this.#unsealed.get(unsealed ?? -1) ?? noRows;
  }

  keepCountedRows({ unsealed }: LogSlice, counted: CountedRows): void {
    if (unsealed !== undefined && counted.rows > 0) this.#unsealed.set(unsealed, counted);
  }

  /** The values of a facet in all events of some segments. */
  valuesOf(facet: Facet): CountedValues {
    return this.#cache.get(this.#key)?.values.get(facet) ?? noValues;
  }

  keepValues(facet: Facet, counted: CountedValues): void {
    if (bytesOfValues(counted) > maxValueBytes) return;
    const known = this.#cache.get(this.#key) ?? noAnswers();
    this.#cache.set(this.#key, { ...known, values: new Map(known.values).set(facet, counted) });
  }
}

/** About what it takes in memory; a little for the key. */
function bytesOf({ counts, values }: Answers, key: string): number {
  let bytes = 200 + key.length * 2 + counts.byteLength;
  for (const counted of values.values()) bytes += bytesOfValues(counted);
  return bytes;
}

function bytesOfValues({ segments, counts }: CountedValues): number {
  let bytes = segments.size * 20;
  for (const value of counts.keys()) bytes += value.length * 2 + 60;
  return bytes;
}
