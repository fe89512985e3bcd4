import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query';
import { filterNames } from '../fields/filters.ts';
import type { Search } from '../search.ts';
import { ApiError, get } from './client.ts';
import type { components } from './schema.d.ts';

export type AuditEvent = components['schemas']['Event'];
export type Me = components['schemas']['Me'];
type EventList = components['schemas']['EventList'];

/** The key of each query is the operation and its parameters, so everything of an operation is invalidated by its name. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // What a server refuses it refuses again; a server that does not answer may be starting.
      retry: (failures, error) =>
        failures < 2 && (!(error instanceof ApiError) || isPassing(error)),
    },
  },
});

function isPassing({ status }: ApiError): boolean {
  return status === 0 || status === 429 || status === 503;
}

/** Who is signed in; undefined for nobody. */
export const meQuery = queryOptions({
  queryKey: ['getMe'],
  queryFn: async ({ signal }) => {
    try {
      return (await get<Me>('/v1/me', {}, signal)).body;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** The parameters of a search that are the API's; the others are the console's own. */
export function filterOf(search: Search): Record<string, readonly string[]> {
  const filter: Record<string, readonly string[]> = {};
  for (const name of filterNames) {
    for (const one of [name, `-${name}`]) {
      const values = search[one];
      if (values !== undefined) filter[one] = values;
    }
  }
  for (const name of ['searchText', '-searchText', 'from', 'to', 'includeSystemServices']) {
    const values = search[name];
    if (values !== undefined) filter[name] = values;
  }
  return filter;
}

export interface EventsPage {
  readonly items: readonly AuditEvent[];
  readonly total: number;
  readonly snapshot: number;
  /** Of the whole log, when earlier events were dropped that might have been on the list. */
  readonly keptFrom: number | undefined;
}

export const eventsPerPage = 100;

/** A numbered page of events at a snapshot; without one, at the newest. */
export const eventsQuery = (search: Search, page: number, snapshot?: number) => {
  const query = {
    ...filterOf(search),
    order: search.order ?? [],
    page,
    limit: eventsPerPage,
    snapshot,
  };
  return queryOptions({
    queryKey: ['listEvents', query],
    queryFn: async ({ signal }): Promise<EventsPage> => {
      const { body, headers } = await get<EventList>('/v1/audit', query, signal);
      return {
        items: body.items,
        total: body.totalItems ?? 0,
        snapshot: Number(headers.get('Annals-Snapshot')),
        keptFrom: numberOf(headers.get('Annals-Kept-From')),
      };
    },
    // At a snapshot nothing changes. Pages that were scrolled past go, so that the heap does not grow.
    staleTime: snapshot === undefined ? 0 : Number.POSITIVE_INFINITY,
    gcTime: 20_000,
  });
};

function numberOf(header: string | null): number | undefined {
  return header === null ? undefined : Number(header);
}

export type Histogram = components['schemas']['Histogram'];

export const histogramQuery = (search: Search, snapshot: number | undefined) => {
  const query = { ...filterOf(search), snapshot, buckets: 80 };
  return queryOptions({
    queryKey: ['getHistogram', query],
    queryFn: async ({ signal }) =>
      (await get<Histogram>('/v1/audit/histogram', query, signal)).body,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: snapshot !== undefined,
  });
};

type Facets = components['schemas']['Facets'];
export type FacetCounts = Facets['facets'][number];

export const facetsQuery = (
  search: Search,
  snapshot: number | undefined,
  names: readonly string[],
  options: { readonly limit: number; readonly search?: string },
) => {
  const query = { ...filterOf(search), snapshot, facet: names, ...options };
  return queryOptions({
    queryKey: ['getFacets', query],
    queryFn: async ({ signal }) => (await get<Facets>('/v1/audit/facets', query, signal)).body,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: snapshot !== undefined,
  });
};

/** One event, by its sequence. */
export const eventQuery = (sequence: number) =>
  queryOptions({
    queryKey: ['getEventBySequence', sequence],
    queryFn: async ({ signal }) =>
      (await get<AuditEvent>(`/v1/audit/sequence/${sequence}`, {}, signal)).body,
    staleTime: 60_000,
  });

/** The server's description of its API. It needs no key, and is the same for as long as the server runs. */
export const documentQuery = queryOptions({
  queryKey: ['openapi'],
  queryFn: async ({ signal }) => (await get<unknown>('/openapi.json', {}, signal)).body,
  staleTime: Number.POSITIVE_INFINITY,
});

type SearchList = components['schemas']['SearchList'];

/** The searches that the organisation keeps, by name. */
export const searchesQuery = queryOptions({
  queryKey: ['listSearches'],
  queryFn: async ({ signal }) => (await get<SearchList>('/v1/searches', {}, signal)).body.items,
});
