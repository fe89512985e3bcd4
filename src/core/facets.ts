import type { Json } from './json/parse-json.ts';

/**
 * The fields an event can be found by exactly, besides time, text and place. A store indexes these and no
 * others; their order is part of its file format, so new ones go to the end.
 */
export const facets = [
  'action',
  'resourceType',
  'resourceIdentity',
  'userIdentity',
  'serviceAccountIdentity',
  'impersonatorIdentity',
  'responseStatus',
  'clientIp',
  'origin',
  'outcome',
  'systemService',
  'sessionId',
  'traceId',
  'projectId',
] as const;

export type Facet = (typeof facets)[number];

/** An event's value for each facet in the order of `facets`; undefined where it has none. */
export type FacetValues = readonly (string | undefined)[];

/** What of an event the facets are taken from: any object read from JSON in the native shape. */
export interface FacetSource {
  readonly context?: { readonly [key: string]: unknown };
  readonly [field: string]: Json | undefined | unknown;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The facets of an event, for a store to index and for a filter to compare. */
export function facetsOf(event: FacetSource): FacetValues {
  const { context } = event;
  return [
    text(event.action),
    text(event.resourceType),
    text(event.resourceIdentity),
    text(event.userIdentity),
    text(event.serviceAccountIdentity),
    text(event.impersonatorIdentity),
    typeof context?.status === 'number' ? String(context.status) : undefined,
    text(context?.client_ip),
    text(context?.origin),
    text(event.outcome),
    text(context?.system_service),
    text(event.sessionId),
    text(event.traceId),
    text(event.projectId),
  ];
}

const indexes = new Map<string, number>(facets.map((facet, place) => [facet, place]));

/** Where a facet stands in `FacetValues`. */
export function facetIndex(facet: Facet): number {
  return indexes.get(facet) ?? -1;
}
