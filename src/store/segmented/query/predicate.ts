import { facetIndex } from '../../../core/facets.ts';
import { type Filter, searchForm } from '../../../core/filter.ts';
import type { Micros } from '../../../core/micros.ts';
import type { Range } from '../../event-store.ts';
import type { ValueDictionary } from '../log-slice.ts';

/** A filter and a stretch of sequences, translated into the codes of one segment. */
export interface Predicate {
  readonly from: Micros;
  readonly to: Micros;
  readonly sequences: Range;
  /** Of each condition one part must hold. */
  readonly conditions: readonly (readonly FacetCodes[])[];
  /** Bytes to be found in the texts. */
  readonly text: Buffer | undefined;
}

export interface FacetCodes {
  readonly facet: number;
  /** The one code that is wanted; or `wanted[code]` is 1 for those that are. */
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
    const wanted = condition.facets
      .map((facet) => facetCodesOf(facetIndex(facet), condition.values, values, condition.orAbsent))
      .filter((codes) => codes !== undefined);
    if (wanted.length === 0) return undefined;
    conditions.push(wanted);
  }
  const usual = serviceCodes(filter.withoutSystemServices, values);
  if (usual !== undefined) conditions.push([usual]);
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
  wanted: readonly string[],
  values: ValueDictionary,
  orAbsent = false,
): FacetCodes | undefined {
  const codes = wanted.flatMap((value) => values.codesOf(facet, value));
  if (orAbsent) codes.push(0);
  const [first] = codes;
  if (first === undefined) return undefined;
  if (codes.length === 1) return { facet, codes: first };
  const set = new Uint8Array(values.sizeOf(facet));
  for (const code of codes) set[code] = 1;
  return { facet, codes: set };
}

/** Undefined when nothing need be left out. */
function serviceCodes(
  without: Filter['withoutSystemServices'],
  values: ValueDictionary,
): FacetCodes | undefined {
  if (without === undefined) return undefined;
  const facet = facetIndex('systemService');
  if (without === 'all') return { facet, codes: 0 };
  const unwanted = without.flatMap((value) => values.codesOf(facet, value));
  if (unwanted.length === 0) return undefined;
  const set = new Uint8Array(values.sizeOf(facet)).fill(1);
  for (const code of unwanted) set[code] = 0;
  return { facet, codes: set };
}
