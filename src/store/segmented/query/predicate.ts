import { facetIndex } from '../../../core/facets.ts';
import { type Filter, searchForm } from '../../../core/filter.ts';
import type { Micros } from '../../../core/micros.ts';
import type { Range } from '../../event-store.ts';
import type { ValueDictionary } from '../log-slice.ts';

/** A filter and a range of sequences, translated into the codes of one segment. */
export interface Predicate {
  readonly from: Micros;
  readonly to: Micros;
  readonly sequences: Range;
  /** All of them must hold; of each one any of its alternatives. */
  readonly conditions: readonly (readonly FacetCodes[])[];
  /** Bytes that the text must contain. */
  readonly text: Buffer | undefined;
}

export interface FacetCodes {
  readonly facet: number;
  /** The one code that matches; or an array in which `codes[code]` is 1 for each code that matches. */
  readonly codes: number | Uint8Array;
}

/** Undefined when no event of the segment can match. */
export function toPredicate(
  filter: Filter,
  sequences: Range,
  values: ValueDictionary,
): Predicate | undefined {
  const conditions: (readonly FacetCodes[])[] = [];
  for (const condition of filter.conditions ?? []) {
    const alternatives = condition.facets
      .map((facet) => facetCodesOf(facetIndex(facet), condition.values, values, condition.orAbsent))
      .filter((codes) => codes !== undefined);
    if (alternatives.length === 0) return undefined;
    conditions.push(alternatives);
  }
  const services = serviceCodes(filter.withoutSystemServices, values);
  if (services !== undefined) conditions.push([services]);
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, text = '' } = filter;
  return {
    from,
    to,
    sequences,
    conditions,
    text: text === '' ? undefined : Buffer.from(searchForm(text)),
  };
}

function facetCodesOf(
  facet: number,
  matching: readonly string[],
  values: ValueDictionary,
  orAbsent = false,
): FacetCodes | undefined {
  const codes = matching.flatMap((value) => values.codesOf(facet, value));
  if (orAbsent) codes.push(0);
  const [first] = codes;
  if (first === undefined) return undefined;
  if (codes.length === 1) return { facet, codes: first };
  const set = new Uint8Array(values.sizeOf(facet));
  for (const code of codes) set[code] = 1;
  return { facet, codes: set };
}

/** Undefined when no service is left out. */
function serviceCodes(
  without: Filter['withoutSystemServices'],
  values: ValueDictionary,
): FacetCodes | undefined {
  if (without === undefined) return undefined;
  const facet = facetIndex('systemService');
  if (without === 'all') return { facet, codes: 0 };
  const excluded = without.flatMap((value) => values.codesOf(facet, value));
  if (excluded.length === 0) return undefined;
  const set = new Uint8Array(values.sizeOf(facet)).fill(1);
  for (const code of excluded) set[code] = 0;
  return { facet, codes: set };
}
