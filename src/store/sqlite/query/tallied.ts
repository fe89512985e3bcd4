import { facetPlace } from '../../../core/facets.ts';
import type { FacetCodes, Question } from './question.ts';
import type { Stretch } from './segment.ts';

/** A value, by its code, and how many events have it. */
export interface ValueTimes {
  readonly value: number;
  readonly times: number;
}

const service = facetPlace('systemService');

/**
 * The values of a facet among all events of a stretch that answer a question, as often as the stretch says without a look
 * at any of them; undefined where it cannot. It can when nothing else is asked about than this facet and the system
 * service. The question's window and sequences must leave out nothing of the stretch.
 */
export function tallied(
  stretch: Stretch,
  { conditions, text }: Question,
  facet: number,
): ValueTimes[] | undefined {
  if (text !== undefined) return undefined;
  const asked: FacetCodes[] = [];
  for (const [one, ...others] of conditions) {
    if (one === undefined || others.length > 0) return undefined;
    if (one.facet !== facet && one.facet !== service) return undefined;
    asked.push(one);
  }
  const tally = stretch.tally(facet);
  if (tally === undefined) return undefined;
  const { values, services, counts } = tally;
  const found: ValueTimes[] = [];
  for (const [pair, value] of values.entries()) {
    const isAsked = (one: FacetCodes) => isIn(one, one.facet === facet ? value : services[pair]!);
    if (asked.every(isAsked)) found.push({ value, times: counts[pair]! });
  }
  return found;
}

/** How many events of a stretch answer a question, under the same terms. */
export function countTallied(stretch: Stretch, question: Question): number | undefined {
  const others = question.conditions.flatMap((any) => any.filter((one) => one.facet !== service));
  const facet = others[0]?.facet ?? service;
  return tallied(stretch, question, facet)?.reduce((sum, { times }) => sum + times, 0);
}

function isIn({ wanted }: FacetCodes, code: number): boolean {
  return typeof wanted === 'number' ? code === wanted : wanted[code] === 1;
}
