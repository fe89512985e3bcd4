import type { ValueDictionary } from '../log-slice.ts';
import { valuesPerFrame } from './footer-index.ts';
import { firstAtLeast } from './log-locations.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { type ValueGroup, valueHash } from './value-group.ts';

/** The values of a sealed segment. To look one up, only the group is read to which its hash belongs. */
export class SealedDictionary implements ValueDictionary {
  readonly #segment: SealedSegment;

  constructor(segment: SealedSegment) {
    this.#segment = segment;
  }

  sizeOf(facet: number): number {
    return this.#segment.facet(facet).values + 1;
  }

  codesOf(facet: number, value: string): readonly number[] {
    const { hashes } = this.#segment.facet(facet);
    const hash = valueHash(facet, value);
    const codes: number[] = [];
    // Equal hashes may begin in the group before the first one that starts with them.
    const first = firstAtLeast(hashes.length, (group) => hashes[group]! >= hash) - 1;
    for (let group = Math.max(0, first); group < hashes.length; group += 1) {
      if (hashes[group]! > hash) break;
      codes.push(...this.#segment.values(facet, group).codesOf(value));
    }
    return codes;
  }

  textsOf(facet: number): (code: number) => string {
    let last: ValueGroup | undefined;
    let lastGroup = -1;
    return (code) => {
      const group = Math.floor((code - 1) / valuesPerFrame);
      if (last === undefined || group !== lastGroup) last = this.#segment.values(facet, group);
      lastGroup = group;
      return last.textOf(code);
    };
  }
}
