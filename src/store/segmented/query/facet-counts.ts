import { type Facet, facetIndex } from '../../../core/facets.ts';
import { type Filter, overlapsWindow, searchForm } from '../../../core/filter.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { FacetCount, FacetCounts, FacetsQuery, Range } from '../../event-store.ts';
import { mostFrequent } from '../../most-frequent.ts';
import { isEmptySlice, type LogSlice } from '../log-slice.ts';
import { coversSlice } from './count.ts';
import type { CountedValues, FilterAnswers } from './known-answers.ts';
import { matchingValueCounts } from './matching-counts.ts';
import { toPredicate } from './predicate.ts';
import { rowSelections } from './row-selections.ts';

/**
 * The values of several facets among the events that match. Rows are selected once for all of them. Values are counted by
 * their codes, and become texts once for each slice.
 */
export function* facetCounts(
  slices: readonly LogSlice[],
  query: FacetsQuery,
  answers: FilterAnswers,
): PausableWork<FacetCounts> {
  const { filter, snapshot = Number.POSITIVE_INFINITY, limit } = query;
  const sequences: Range = { from: 0, to: snapshot };
  // Values are known of whole segments only, and together: a window would have to tell one segment from another.
  const isOfWholeSegments =
    filter.from === undefined && filter.to === undefined && coversSealed(slices, snapshot);
  const tallies = query.facets.map(
    (facet) => new Tally(facet, query, isOfWholeSegments ? answers : undefined),
  );
  for (const slice of slices) {
    const without = tallies.filter((tally) => !tally.has(slice));
    if (without.length > 0) yield* addSlice(slice, without, filter, sequences);
    for (const tally of without) tally.addSegment(slice);
  }
  for (const tally of tallies) tally.keep();
  return {
    total: tallies[0]?.total ?? 0,
    facets: tallies.map((tally) => tally.result(limit)),
  };
}

/** The values of a facet among the events that match, most frequent first, then by value. */
export function* distinct(
  slices: readonly LogSlice[],
  facet: Facet,
  filter: Filter,
  answers: FilterAnswers,
  limit = Number.POSITIVE_INFINITY,
): PausableWork<readonly FacetCount[]> {
  const query = { facets: [facet], filter, limit, maxDistinct: Number.POSITIVE_INFINITY };
  const { facets } = yield* facetCounts(slices, query, answers);
  return facets[0]!.values;
}

/** Whether a snapshot has all events of all sealed segments. */
function coversSealed(slices: readonly LogSlice[], snapshot: number): boolean {
  if (snapshot === Number.POSITIVE_INFINITY) return true;
  const last = slices.findLast((slice) => slice.segment !== undefined && !isEmptySlice(slice));
  return last === undefined || last.range.to <= snapshot;
}

/** Counts the values of facets in one slice. */
function* addSlice(
  slice: LogSlice,
  tallies: readonly Tally[],
  filter: Filter,
  sequences: Range,
): PausableWork<void> {
  if (!overlapsWindow(slice, filter) || isEmptySlice(slice)) return;
  yield;
  const predicate = toPredicate(filter, sequences, slice.values);
  if (predicate === undefined) return;
  const isWhole = coversSlice(slice, filter, sequences);
  const uncounted: Tally[] = [];
  for (const tally of tallies) {
    const known = isWhole ? matchingValueCounts(slice, predicate, tally.column) : undefined;
    if (known === undefined) uncounted.push(tally);
    else {
      const textOf = slice.values.textsOf(tally.column);
      for (const { code, count } of known) tally.add(slice, code === 0 ? '' : textOf(code), count);
    }
  }
  if (uncounted.length > 0) yield* addRows(slice, uncounted, filter, sequences);
}

function* addRows(
  slice: LogSlice,
  tallies: readonly Tally[],
  filter: Filter,
  sequences: Range,
): PausableWork<void> {
  /** For each facet how often each code occurs; created once there is something to count. */
  let counts: Uint32Array[] = [];
  for (const selection of rowSelections([slice], filter, sequences)) {
    if (selection === undefined) {
      yield;
      continue;
    }
    const { rowGroup, rows } = selection;
    if (counts.length === 0) {
      counts = tallies.map(({ column }) => new Uint32Array(slice.values.sizeOf(column)));
    }
    for (const [nth, { column }] of tallies.entries()) {
      const ofCode = counts[nth]!;
      const codes = rowGroup.codes(column);
      for (const row of rows) ofCode[codes[row]!]! += 1;
    }
    yield;
  }
  for (const [nth, ofCode] of counts.entries()) {
    const tally = tallies[nth]!;
    const textOf = slice.values.textsOf(tally.column);
    for (let code = 0; code < ofCode.length; code += 1) {
      if (ofCode[code]! > 0) tally.add(slice, code === 0 ? '' : textOf(code), ofCode[code]!);
    }
    yield;
  }
}

/** Values with more characters together are too many too: one value may have as many as an event. */
const maxCharacters = 32 * 1024 * 1024;

/** How often each value of one facet was seen. No value is an empty text, so that is where events without one are. */
class Tally {
  readonly column: number;
  /** Matching events, with and without a value. */
  total = 0;
  readonly #facet: Facet;
  readonly #search: string | undefined;
  readonly #maxDistinct: number;
  readonly #answers: FilterAnswers | undefined;
  readonly #known: CountedValues | undefined;
  readonly #segments: Set<number>;
  readonly #sealed = new Map<string, number>();
  readonly #unsealed = new Map<string, number>();
  #characters = 0;
  #hasTooMany = false;

  constructor(
    facet: Facet,
    { search, maxDistinct }: Pick<FacetsQuery, 'search' | 'maxDistinct'>,
    answers: FilterAnswers | undefined,
  ) {
    this.column = facetIndex(facet);
    this.#facet = facet;
    this.#search = search === undefined ? undefined : searchForm(search);
    this.#maxDistinct = maxDistinct;
    this.#answers = answers;
    this.#known = answers?.valuesOf(facet);
    this.#segments = new Set(this.#known?.segments);
    for (const [value, count] of this.#known?.counts ?? []) this.#add(this.#sealed, value, count);
  }

  /** Whether it has the events of a slice already. */
  has({ segment }: LogSlice): boolean {
    return segment !== undefined && this.#segments.has(segment);
  }

  /** Notes that it has all of them. */
  addSegment({ segment }: LogSlice): void {
    if (segment !== undefined) this.#segments.add(segment);
  }

  /** @param value an empty text for events without a value */
  add({ segment }: LogSlice, value: string, count: number): void {
    this.#add(segment === undefined ? this.#unsealed : this.#sealed, value, count);
  }

  /** Keeps what sealed segments answered, unless it was known. */
  keep(): void {
    const isNew = this.#segments.size > (this.#known?.segments.size ?? 0);
    if (!isNew || this.#hasTooMany || this.#search !== undefined) return;
    this.#answers?.keepValues(this.#facet, { segments: this.#segments, counts: this.#sealed });
  }

  result(limit: number): FacetCounts['facets'][number] {
    const all = new Map(this.#sealed);
    for (const [value, count] of this.#unsealed) addCount(all, value, count);
    const absent = all.get('') ?? 0;
    all.delete('');
    if (this.#hasTooMany || all.size > this.#maxDistinct) return { values: [], absent };
    return { values: mostFrequent(all, limit), distinct: all.size, absent };
  }

  #add(counts: Map<string, number>, value: string, count: number): void {
    this.total += count;
    if (value !== '') {
      if (this.#hasTooMany) return;
      if (this.#search !== undefined && !searchForm(value).includes(this.#search)) return;
    }
    if (!counts.has(value)) this.#characters += value.length;
    addCount(counts, value, count);
    if (counts.size > this.#maxDistinct + 1) this.#giveUp();
    else if (this.#characters > maxCharacters && Number.isFinite(this.#maxDistinct)) this.#giveUp();
  }

  /** So many values take memory for an answer that nobody reads. */
  #giveUp(): void {
    this.#hasTooMany = true;
    for (const counts of [this.#sealed, this.#unsealed]) {
      const absent = counts.get('') ?? 0;
      counts.clear();
      counts.set('', absent);
    }
  }
}

function addCount(counts: Map<string, number>, value: string, times: number): void {
  counts.set(value, (counts.get(value) ?? 0) + times);
}
