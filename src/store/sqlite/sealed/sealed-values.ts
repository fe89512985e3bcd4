import { facets } from '../../../core/facets.ts';
import { comparable } from '../../../core/filter.ts';
import type { Values } from '../query/segment.ts';
import { valuesTogether } from './directory.ts';
import { firstAtLeast } from './log-places.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { valueHash } from './value-hash.ts';

/** The values of a sealed segment. Looking one up reads the one group where its hash belongs. */
export class SealedValues implements Values {
  readonly #segment: SealedSegment;

  constructor(segment: SealedSegment) {
    this.#segment = segment;
  }

  sizeOf(facet: number): number {
    return this.#segment.outline.facets[facet]!.values + 1;
  }

  codesOf(facet: number, value: string): readonly number[] {
    const { hashes } = this.#segment.outline.facets[facet]!;
    const hash = valueHash(facet, value);
    const wanted = comparable(facets[facet]!, value);
    const codes: number[] = [];
    // Equal hashes may begin in the group before the first that starts with them.
    const first = firstAtLeast(hashes.length, (group) => hashes[group]! >= hash) - 1;
    for (let group = Math.max(0, first); group < hashes.length; group += 1) {
      if (hashes[group]! > hash) break;
      for (const [place, text] of this.#segment.valueTexts(facet, group).entries()) {
        if (comparable(facets[facet]!, text) === wanted) {
          codes.push(group * valuesTogether + place + 1);
        }
      }
    }
    return codes;
  }

  textOf(facet: number, code: number): string {
    const place = code - 1;
    const group = Math.floor(place / valuesTogether);
    return this.#segment.valueTexts(facet, group)[place % valuesTogether]!;
  }
}
