import type { Filter } from '../../../core/filter.ts';
import { Lru } from '../lru.ts';

/** How often each value of a facet stands in some sealed segments, among the events of one log that match a filter. */
export interface CountedValues {
  /** By number. */
  readonly segments: ReadonlySet<number>;
  readonly counts: ReadonlyMap<string, number>;
}

const noValues: CountedValues = { segments: new Set(), counts: new Map() };

/** More characters than these of all values are not kept: a facet with a value for every event is asked for by nobody. */
const maxCharacters = 32_768;

/** What was counted for one question, as far as it cannot change. */
export class KnownValues {
  #known = noValues;

  get counted(): CountedValues {
    return this.#known;
  }

  /** What a question counted that began with `before`; of several at a time the first counts. */
  keep(before: CountedValues, counted: CountedValues): void {
    if (this.#known !== before) return;
    let characters = 0;
    for (const value of counted.counts.keys()) characters += value.length;
    if (characters <= maxCharacters) this.#known = counted;
  }
}

const maxQueries = 64;

/** Values that were counted lately, by log, facet and filter. */
export class KnownValuesCache {
  readonly #held = new Lru<KnownValues>(maxQueries);

  /** Undefined for a window, which takes segments in part. */
  of(log: number, facet: string, filter: Filter): KnownValues | undefined {
    if (filter.from !== undefined || filter.to !== undefined) return undefined;
    const key = `${log} ${facet} ${JSON.stringify(filter)}`;
    return this.#held.get(
      key,
      () => new KnownValues(),
      () => 1,
    );
  }

  /** Segments were written anew. Questions under way keep what they have. */
  clear(): void {
    this.#held.clear();
  }
}
