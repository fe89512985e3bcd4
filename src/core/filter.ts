import { type Facet, type FacetValues, facetIndex } from './facets.ts';
import type { Micros } from './micros.ts';

/** One condition: any of these facets has any of these values. An empty list of values matches nothing. */
export interface Condition {
  readonly facets: readonly Facet[];
  readonly values: readonly string[];
  /** An event without a value for one of the facets matches too. */
  readonly orAbsent?: boolean;
  /** The other way round: it is met by exactly the events that would not meet it. */
  readonly negated?: boolean;
}

/**
 * Which events of a log match: those that meet all members of the filter. `action` is compared without regard to ASCII
 * case (wire: Thalassa 3.1), every other facet exactly.
 */
export interface Filter {
  /** Half-open window on `createdAt`: `from` is in, `to` is out. */
  readonly from?: Micros;
  readonly to?: Micros;
  readonly conditions?: readonly Condition[];
  /** A substring of the description, without regard to case. */
  readonly text?: string;
  /** Substrings that the description must not contain. An event without a description has none of them. */
  readonly withoutTexts?: readonly string[];
  /** Services whose own records are left out: their names, or `all`. Nothing is left out by default. */
  readonly withoutSystemServices?: 'all' | readonly string[];
}

/** What a filter looks at. A store keeps this beside the event, so that it need not read most events. */
export interface Filterable {
  readonly createdAt: Micros;
  readonly facets: FacetValues;
  readonly description: string | undefined;
}

/** The form in which two values of a facet are compared. */
export function comparisonForm(facet: Facet, value: string): string {
  return facet === 'action' ? asciiLower(value) : value;
}

/** The form in which a text search compares: both texts are brought into it, and one must contain the other. */
export function searchForm(text: string): string {
  return text.toLowerCase();
}

/** The rule that every store must agree with: whether an event matches a filter. */
export function matches(filter: Filter, event: Filterable): boolean {
  if (filter.from !== undefined && event.createdAt < filter.from) return false;
  if (filter.to !== undefined && event.createdAt >= filter.to) return false;
  const service = event.facets[facetIndex('systemService')];
  if (service !== undefined && filter.withoutSystemServices !== undefined) {
    if (filter.withoutSystemServices === 'all') return false;
    if (filter.withoutSystemServices.includes(service)) return false;
  }
  if (!(filter.withoutTexts ?? []).every((text) => text === '' || !contains(event, text))) {
    return false;
  }
  if (filter.text !== undefined && filter.text !== '' && !contains(event, filter.text))
    return false;
  return (filter.conditions ?? []).every((condition) => conditionHolds(condition, event.facets));
}

function contains({ description }: Filterable, text: string): boolean {
  return description !== undefined && searchForm(description).includes(searchForm(text));
}

/** Whether events created between these bounds, both included, can be in the filter's window. */
export function overlapsWindow(
  { earliest, latest }: { readonly earliest: Micros; readonly latest: Micros },
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Pick<Filter, 'from' | 'to'>,
): boolean {
  return latest >= from && earliest < to;
}

function conditionHolds(
  { facets, values, orAbsent = false, negated = false }: Condition,
  ofEvent: FacetValues,
): boolean {
  const holds = facets.some((facet) => {
    const value = ofEvent[facetIndex(facet)];
    if (value === undefined) return orAbsent;
    const form = comparisonForm(facet, value);
    return values.some((candidate) => comparisonForm(facet, candidate) === form);
  });
  return holds !== negated;
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
