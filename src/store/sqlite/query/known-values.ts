import type { Filter } from '../../../core/filter.ts';
import { Lru } from '../lru.ts';

/** How often each value of a facet stands in some sealed segments, among the events of one log that match a filter. */
export interface ValueCounts {
  /** By number. */
  readonly segments: ReadonlySet<number>;
  readonly counts: ReadonlyMap<string, number>;
}

const nothing: ValueCounts = { segments: new Set(), counts: new Map() };

/** More characters than these of all values are not kept: a facet with a value for every event is asked for by nobody. */
const mostCharacters = 32_768;

/** What was counted for one question, as far as it cannot change. */
export class KnownValues {
  #known = nothing;

  get known(): ValueCounts {
    return this.#known;
  }

  /** What a question counted that began with `before`; of several at a time the first counts. */
  keep(before: ValueCounts, counted: ValueCounts): void {
    if (this.#known !== before) return;
    let characters = 0;
    for (const value of counted.counts.keys()) characters += value.length;
    if (characters <= mostCharacters) this.#known = counted;
  }
}

const maxQuestions = 64;

/** Values that were counted lately, by log, facet and filter. */
export class ValueMemory {
  readonly #held = new Lru<KnownValues>(maxQuestions);

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
