import { facetPlace } from '../../../core/facets.ts';
import { type Filter, searchable } from '../../../core/filter.ts';
import type { Micros } from '../../../core/micros.ts';
import type { Range } from '../../event-store.ts';
import type { Values } from './segment.ts';

/** A filter and a stretch of sequences, translated into the codes of one segment. */
export interface Question {
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
  readonly wanted: number | Uint8Array;
}

/** Undefined when no event of the segment can match. */
export function translate(filter: Filter, sequences: Range, values: Values): Question | undefined {
  const conditions: (readonly FacetCodes[])[] = [];
  for (const condition of filter.conditions ?? []) {
    const wanted = condition.facets
      .map((facet) => codesOf(facetPlace(facet), condition.values, values, condition.orAbsent))
      .filter((codes) => codes !== undefined);
    if (wanted.length === 0) return undefined;
    conditions.push(wanted);
  }
  const usual = withoutServices(filter.withoutSystemServices, values);
  if (usual !== undefined) conditions.push([usual]);
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, text = '' } = filter;
  return {
    from,
    to,
    sequences,
    conditions,
    text: text === '' ? undefined : Buffer.from(searchable(text)),
  };
}

function codesOf(
  facet: number,
  wanted: readonly string[],
  values: Values,
  orAbsent = false,
): FacetCodes | undefined {
  const codes = wanted.flatMap((value) => values.codesOf(facet, value));
  if (orAbsent) codes.push(0);
  const [first] = codes;
  if (first === undefined) return undefined;
  if (codes.length === 1) return { facet, wanted: first };
  const set = new Uint8Array(values.sizeOf(facet));
  for (const code of codes) set[code] = 1;
  return { facet, wanted: set };
}

/** Undefined when nothing need be left out. */
function withoutServices(
  without: Filter['withoutSystemServices'],
  values: Values,
): FacetCodes | undefined {
  if (without === undefined) return undefined;
  const facet = facetPlace('systemService');
  if (without === 'all') return { facet, wanted: 0 };
  const unwanted = without.flatMap((value) => values.codesOf(facet, value));
  if (unwanted.length === 0) return undefined;
  const set = new Uint8Array(values.sizeOf(facet)).fill(1);
  for (const code of unwanted) set[code] = 0;
  return { facet, wanted: set };
}
