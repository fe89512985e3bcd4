import type { Filter } from '../../../core/filter.ts';
import type { LogSlice } from '../log-slice.ts';
import { Lru } from '../lru.ts';

/** How many events of one log answer one question, for each segment where they were counted. Four bytes a segment. */
export class KnownCounts {
  /** By number of the segment: the count and one, or 0 where it is not known. */
  readonly #counts: Uint32Array;

  /** For segments with a number lower than `segments`. */
  constructor(segments: number) {
    this.#counts = new Uint32Array(segments);
  }

  of({ segment }: LogSlice): number | undefined {
    const count = segment === undefined ? 0 : (this.#counts[segment] ?? 0);
    return count === 0 ? undefined : count - 1;
  }

  /** Whatever is in a segment that may still change is not kept. */
  keep({ segment }: LogSlice, count: number): void {
    if (segment !== undefined) this.#counts[segment] = count + 1;
  }

  /** The same with room for more segments. */
  grown(segments: number): KnownCounts {
    const grown = new KnownCounts(segments);
    grown.#counts.set(this.#counts);
    return grown;
  }

  get segments(): number {
    return this.#counts.length;
  }
}

const maxBytes = 2 * 1024 * 1024;
/** Room for so many segments more, so that a new one does not move everything. */
const spareSegments = 64;

/** What was counted lately, by log and question. A window is no part of a question: it takes a segment whole or not. */
export class KnownCountsCache {
  readonly #held = new Lru<KnownCounts>(maxBytes);

  /** For segments with a number lower than `segments`. */
  of(log: number, { from: _from, to: _to, ...anytime }: Filter, segments: number): KnownCounts {
    const key = `${log} ${JSON.stringify(anytime)}`;
    const held = this.#held.peek(key);
    if (held !== undefined && held.segments >= segments) return held;
    const room = segments + spareSegments;
    const counts = held?.grown(room) ?? new KnownCounts(room);
    this.#held.put(key, counts, room * 4 + key.length * 2);
    return counts;
  }

  /** Segments were written anew. Questions under way keep what they have. */
  clear(): void {
    this.#held.clear();
  }
}
