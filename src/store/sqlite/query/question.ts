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
  /** All must hold. */
  readonly conditions: readonly CodeCondition[];
  /** Bytes to be found in the texts. */
  readonly text: Buffer | undefined;
}

/** One of the facets has a code that is in the set, or none has, where `not`. */
export interface CodeCondition {
  readonly facets: readonly FacetCodes[];
  readonly not: boolean;
}

export interface FacetCodes {
  readonly facet: number;
  /** `set[code]` is 1 for the wanted codes. */
  readonly set: Uint8Array;
}

/** Undefined when no event of the segment can match. */
export function translate(filter: Filter, sequences: Range, values: Values): Question | undefined {
  const conditions: CodeCondition[] = [];
  for (const condition of filter.conditions ?? []) {
    const wanted = condition.facets
      .map((facet) => codesOf(facetPlace(facet), condition.values, values, condition.orAbsent))
      .filter((codes) => codes !== undefined);
    if (wanted.length === 0) return undefined;
    conditions.push({ facets: wanted, not: false });
  }
  const unwanted = systemServices(filter.withoutSystemServices, values);
  if (unwanted !== undefined) conditions.push({ facets: [unwanted], not: true });
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
  if (codes.length === 0) return undefined;
  const set = new Uint8Array(values.sizeOf(facet));
  for (const code of codes) set[code] = 1;
  return { facet, set };
}

function systemServices(
  without: Filter['withoutSystemServices'],
  values: Values,
): FacetCodes | undefined {
  if (without === undefined) return undefined;
  const facet = facetPlace('systemService');
  if (without !== 'all') return codesOf(facet, without, values);
  return { facet, set: new Uint8Array(values.sizeOf(facet)).fill(1, 1) };
}
