import type { Json } from './json/parse-json.ts';

/**
 * The fields by which an event can be found exactly, besides its times, its text and its sequence. A store indexes these
 * fields and no others. Their order is part of its file format, so a new one goes to the end.
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
  'credential',
  'country',
] as const;

/** Facets that are members of `context`, and their names there. */
export const contextFacets = {
  clientIp: 'client_ip',
  origin: 'origin',
  systemService: 'system_service',
  credential: 'credentials_id',
  country: 'country_code',
} as const;

export type Facet = (typeof facets)[number];

/** The values of an event in the order of `facets`; undefined for a facet that it does not have. */
export type FacetValues = readonly (string | undefined)[];

/** An object in the native shape, read from JSON, from which facets are taken. */
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
    text(context?.credentials_id),
    text(context?.country_code),
  ];
}

const indexes = new Map<string, number>(facets.map((facet, index) => [facet, index]));

/** The index of a facet in `FacetValues`. */
export function facetIndex(facet: Facet): number {
  return indexes.get(facet) ?? -1;
}
