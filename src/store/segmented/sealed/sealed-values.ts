import type { ValueDictionary } from '../log-slice.ts';
import { valuesPerFrame } from './footer-index.ts';
import { firstAtLeast } from './log-locations.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { type ValueGroup, valueHash } from './value-group.ts';

/** The values of a sealed segment. Looking one up reads the one group where its hash belongs. */
export class SealedDictionary implements ValueDictionary {
  readonly #segment: SealedSegment;

  constructor(segment: SealedSegment) {
    this.#segment = segment;
  }

  sizeOf(facet: number): number {
    return this.#segment.footerSummary.facets[facet]!.values + 1;
  }

  codesOf(facet: number, value: string): readonly number[] {
    const { hashes } = this.#segment.footerSummary.facets[facet]!;
    const hash = valueHash(facet, value);
    const codes: number[] = [];
    // Equal hashes may begin in the group before the first that starts with them.
    const first = firstAtLeast(hashes.length, (group) => hashes[group]! >= hash) - 1;
    for (let group = Math.max(0, first); group < hashes.length; group += 1) {
      if (hashes[group]! > hash) break;
      codes.push(...this.#segment.values(facet, group).codesOf(value));
    }
    return codes;
  }

  textsOf(facet: number): (code: number) => string {
    let held: ValueGroup | undefined;
    let heldGroup = -1;
    return (code) => {
      const group = Math.floor((code - 1) / valuesPerFrame);
      if (held === undefined || group !== heldGroup) held = this.#segment.values(facet, group);
      heldGroup = group;
      return held.textOf(code);
    };
  }
}
