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
 * The values of a facet among all events of a stretch that answer a question, as often as the stretch says without a look
 * at any of them; undefined where it cannot. It can when nothing else is asked about than this facet and the system
 * service. The question's window and sequences must leave out nothing of the stretch.
 */
export function matchingValueCounts(
  slice: LogSlice,
  { conditions, text }: Predicate,
  facet: number,
): CodeCount[] | undefined {
  if (text !== undefined) return undefined;
  const asked: FacetCodes[] = [];
  for (const [one, ...others] of conditions) {
    if (one === undefined || others.length > 0) return undefined;
    if (one.facet !== facet && one.facet !== service) return undefined;
    asked.push(one);
  }
  const tally = slice.valueCounts(facet);
  if (tally === undefined) return undefined;
  const { values, services, counts } = tally;
  const found: CodeCount[] = [];
  for (const [pair, code] of values.entries()) {
    const isAsked = (one: FacetCodes) =>
      includesCode(one, one.facet === facet ? code : services[pair]!);
    if (asked.every(isAsked)) found.push({ code, count: counts[pair]! });
  }
  return found;
}

/** How many events of a stretch answer a question, under the same terms. */
export function matchingCount(slice: LogSlice, predicate: Predicate): number | undefined {
  const others = predicate.conditions.flatMap((any) => any.filter((one) => one.facet !== service));
  const facet = others[0]?.facet ?? service;
  return matchingValueCounts(slice, predicate, facet)?.reduce((sum, { count }) => sum + count, 0);
}

function includesCode({ codes }: FacetCodes, code: number): boolean {
  return typeof codes === 'number' ? code === codes : codes[code] === 1;
}
