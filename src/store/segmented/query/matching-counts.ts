import { facetIndex } from '../../../core/facets.ts';
import type { LogSlice } from '../log-slice.ts';
import type { FacetCodes, Predicate } from './predicate.ts';

/** A value, by its code, and how many events have it. */
export interface CodeCount {
  readonly code: number;
  readonly count: number;
}

const service = facetIndex('systemService');

/**
 * The values of a facet among all matching events of a slice, from the slice's value counts and without a look at its
 * rows. Undefined where they do not say it: they do if the predicate is about nothing but this facet and the system
 * service. The predicate's window and sequences must leave out nothing of the slice.
 */
export function matchingValueCounts(
  slice: LogSlice,
  { conditions, texts }: Predicate,
  facet: number,
): CodeCount[] | undefined {
  if (texts.length > 0) return undefined;
  const required: FacetCodes[] = [];
  for (const [one, ...others] of conditions) {
    if (one === undefined || others.length > 0) return undefined;
    if (one.facet !== facet && one.facet !== service) return undefined;
    required.push(one);
  }
  const valueCounts = slice.valueCounts(facet);
  if (valueCounts === undefined) return undefined;
  const { values, services, counts } = valueCounts;
  const found: CodeCount[] = [];
  for (const [pair, code] of values.entries()) {
    const holds = (one: FacetCodes) =>
      includesCode(one, one.facet === facet ? code : services[pair]!);
    if (required.every(holds)) found.push({ code, count: counts[pair]! });
  }
  return found;
}

/** How many events of a slice match, on the same terms. */
export function matchingCount(slice: LogSlice, predicate: Predicate): number | undefined {
  const others = predicate.conditions.flatMap((any) => any.filter((one) => one.facet !== service));
  const facet = others[0]?.facet ?? service;
  return matchingValueCounts(slice, predicate, facet)?.reduce((sum, { count }) => sum + count, 0);
}

function includesCode({ codes }: FacetCodes, code: number): boolean {
  return typeof codes === 'number' ? code === codes : codes[code] === 1;
}
