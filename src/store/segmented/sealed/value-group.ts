import { type Facet, facets } from '../../../core/facets.ts';
import { comparisonForm } from '../../../core/filter.ts';
import { idHash } from '../ids/id-hash.ts';

const hashSeed = { high: 0, low: 0 };

/** The hash by which values of a facet are ordered. Values that compare equal have the same hash. */
export function valueHash(facet: number, value: string): number {
  return idHash(hashSeed, facet, comparisonForm(facets[facet]!, value)).high;
}

/** Some consecutive values of a facet with their codes. */
export class ValueGroup {
  readonly #facet: Facet;
  readonly #texts: readonly string[];
  readonly #firstCode: number;
  /** By the form in which values are compared; created when it is needed. */
  #codes: Map<string, number[]> | undefined;
  /** About what it takes in memory. */
  readonly bytes: number;

  /** From a JSON array of texts, as it is in a frame. */
  constructor(facet: Facet, content: Buffer, firstCode: number) {
    this.#facet = facet;
    this.#texts = JSON.parse(content.toString()) as string[];
    this.#firstCode = firstCode;
    this.bytes = content.length * 4;
  }

  textOf(code: number): string {
    return this.#texts[code - this.#firstCode]!;
  }

  /** The codes of the values that compare equal to this one. */
  codesOf(value: string): readonly number[] {
    this.#codes ??= this.#byForm();
    return this.#codes.get(comparisonForm(this.#facet, value)) ?? [];
  }

  #byForm(): Map<string, number[]> {
    const codes = new Map<string, number[]>();
    for (const [index, text] of this.#texts.entries()) {
      const form = comparisonForm(this.#facet, text);
      const same = codes.get(form);
      if (same === undefined) codes.set(form, [this.#firstCode + index]);
      else same.push(this.#firstCode + index);
    }
    return codes;
  }
}
