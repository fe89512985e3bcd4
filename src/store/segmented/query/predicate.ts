import { facetIndex } from '../../../core/facets.ts';
import { type Condition, type Filter, searchForm } from '../../../core/filter.ts';
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
  readonly texts: readonly TextSearch[];
}

export interface TextSearch {
  /** What the text must contain; not empty. */
  readonly bytes: Buffer;
  /** The text must not contain it. */
  readonly negated: boolean;
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
    const codes = condition.facets.map((facet) => codesOf(condition, facetIndex(facet), values));
    if (condition.negated === true) {
      // None of the facets may have any of the values: a condition for each facet.
      const others = codes.map((excluded) => codesExcept(excluded, values));
      conditions.push(...others.filter((one) => one !== undefined).map((one) => [one]));
      continue;
    }
    const alternatives = codes.map((matching) => codesAmong(matching, values));
    const possible = alternatives.filter((one) => one !== undefined);
    if (possible.length === 0) return undefined;
    conditions.push(possible);
  }
  const services = serviceCodes(filter.withoutSystemServices, values);
  if (services !== undefined) conditions.push([services]);
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = filter;
  return { from, to, sequences, conditions, texts: textSearches(filter) };
}

function textSearches({ text = '', withoutTexts = [] }: Filter): TextSearch[] {
  const searches = [
    { searched: text, negated: false },
    ...withoutTexts.map((searched) => ({ searched, negated: true })),
  ];
  return searches
    .filter(({ searched }) => searched !== '')
    .map(({ searched, negated }) => ({ bytes: Buffer.from(searchForm(searched)), negated }));
}

/** Some codes of a facet; 0 stands for no value. */
interface CodeList {
  readonly facet: number;
  readonly codes: readonly number[];
}

function codesOf(
  { values: matching, orAbsent = false }: Pick<Condition, 'values' | 'orAbsent'>,
  facet: number,
  values: ValueDictionary,
): CodeList {
  const codes = matching.flatMap((value) => values.codesOf(facet, value));
  return { facet, codes: orAbsent ? [...codes, 0] : codes };
}

/** Undefined when no code matches. */
function codesAmong({ facet, codes }: CodeList, values: ValueDictionary): FacetCodes | undefined {
  const [first] = codes;
  if (first === undefined) return undefined;
  if (codes.length === 1) return { facet, codes: first };
  const set = new Uint8Array(values.sizeOf(facet));
  for (const code of codes) set[code] = 1;
  return { facet, codes: set };
}

/** Undefined when every code matches. */
function codesExcept({ facet, codes }: CodeList, values: ValueDictionary): FacetCodes | undefined {
  if (codes.length === 0) return undefined;
  const set = new Uint8Array(values.sizeOf(facet)).fill(1);
  for (const code of codes) set[code] = 0;
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
  return codesExcept(codesOf({ values: without }, facet, values), values);
}
