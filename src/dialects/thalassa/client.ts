import type { ClientRequest } from '../../client/request.ts';
import type { ClientDependencies } from '../../client/send-request.ts';
import { type FilterSupport, rejectUnsupportedFilters } from '../../export/filters.ts';
import {
  type ListResponseInfo,
  type ObjectRules,
  type ReceivedObject,
  readObjects,
} from '../../export/sources/list-objects.ts';
import { shortfallOf, type WalkState, walkPages } from '../../export/sources/walk-pages.ts';
import type { Shortfall, SourceOrigin, SourceQuery, UnorderedSource } from '../../export/stages.ts';
import { refuseAnnals } from '../refuse-annals.ts';
import { type Credentials, thalassaCredentials } from './credentials.ts';
import type { ThalassaSettings } from './settings.ts';

const rules: ObjectRules = { arrayKeys: ['items'], id: 'eventID', time: 'createdAt' };

/** The vendor's own tool requests this many (wire: Thalassa 3.1); the maximum is unknown. */
const defaultPageSize = 100;

/** A place in the walk, from which a later run goes on. Its names are in the journals of exports. */
interface PagePosition extends WalkState {
  /** The number of a page has a meaning only together with this size. */
  readonly limit: number;
}

/** The members of an entry that are plain texts: the columns of a table (wire: Thalassa 3.3). */
export const thalassaColumns = [
  'createdAt',
  'eventID',
  'action',
  'description',
  'resourceType',
  'resourceIdentity',
  'userIdentity',
  'serviceAccountIdentity',
  'impersonatorIdentity',
  'organizationIdentity',
  'projectId',
] as const;

export function thalassaOrigin({ api, organisation }: ThalassaSettings): SourceOrigin {
  return {
    kind: 'thalassa',
    endpoint: api,
    ...(organisation !== undefined && { organisation }),
  };
}

/**
 * Reads Thalassa's trail in one walk over its pages, one after the other: the list shifts while it grows, and only a walk
 * in order loses nothing then. The vendor applies all filters except time, for which it has none.
 */
export function thalassaSource(
  dependencies: ClientDependencies,
  settings: ThalassaSettings,
  query: SourceQuery,
): UnorderedSource {
  const { api } = settings;
  let shortfall: Shortfall | undefined;
  rejectUnsupportedFilters(query.filters, support, 'Thalassa');
  return {
    order: 'unknown',
    get shortfall() {
      return shortfall;
    },
    origin: thalassaOrigin(settings),
    filters: { bySource: query.filters, byClient: {} },
    async *read(position, signal) {
      const resumed = position === undefined ? undefined : (JSON.parse(position) as PagePosition);
      const limit = resumed?.limit ?? query.pageSize ?? defaultPageSize;
      const credentials = thalassaCredentials(dependencies, settings);
      let expected: number | undefined;
      async function* requestNext({ pages }: Pick<WalkState, 'pages'>) {
        const url = pageUrl(api, query, pages + 1, limit);
        const { envelope } = yield* requestPage(credentials, dependencies, settings, url, signal, {
          ...rules,
          ...refuseAnnals(query, api, 'Thalassa'),
        });
        // The difference between these two is unknown (wire: Thalassa 3.2).
        const totals = [countIn(envelope, 'totalItems'), countIn(envelope, 'totalCount')];
        const total = totals.reduce((most, each) => Math.max(most ?? 0, each ?? 0) || undefined);
        expected = total ?? expected;
        return { size: countIn(envelope, 'itemsPerPage') ?? limit, total };
      }
      const { window } = query;
      const walk = walkPages({
        window,
        requestPage: requestNext,
        retry: dependencies.retry,
        signal,
        resumed,
      });
      if (resumed !== undefined) shortfall = shortfallOf([resumed]);
      for await (const { objects, state } of walk) {
        if (state !== undefined) shortfall = shortfallOf([state]);
        yield {
          entries: objects,
          received: objects.length,
          ...(expected !== undefined && { expected }),
          ...(state && { position: JSON.stringify({ ...state, limit } satisfies PagePosition) }),
        };
      }
    },
  };
}

/** Requests a page with the present credential; if that is rejected and can be renewed, once more with the new one. */
async function* requestPage(
  credentials: Credentials,
  dependencies: ClientDependencies,
  { organisation }: ThalassaSettings,
  url: URL,
  signal: AbortSignal,
  rules: ObjectRules,
): AsyncGenerator<ReceivedObject[], ListResponseInfo> {
  async function* attempt() {
    const request: ClientRequest = {
      url,
      headers: {
        accept: 'application/json',
        authorization: await credentials.header(signal),
        ...(organisation !== undefined && { 'x-organisation-identity': organisation }),
      },
    };
    return yield* readObjects(dependencies, request, rules, signal);
  }
  try {
    return yield* attempt();
  } catch (error) {
    if (!credentials.renew(error)) throw error;
    return yield* attempt();
  }
}

/** `pageUrl` sends texts under the names of our filters, which are those of the vendor. */
const support: FilterSupport = {
  searchText: true,
  serviceAccount: 'one value',
  userIdentity: 'one value',
  impersonatorIdentity: 'one value',
  actions: true,
  resourceTypes: true,
  resourceIdentity: 'one value',
  organizationIdentity: true,
  includeSystemServices: true,
  responseStatus: 'one value',
  outcome: false,
  clientIp: false,
  traceId: false,
  sessionId: false,
  projectId: false,
  credential: false,
  country: false,
  without: false,
};

/** wire: Thalassa 3.1. Lists are comma-joined, which the real API accepts. */
function pageUrl(api: string, { filters }: SourceQuery, page: number, limit: number): URL {
  const { actions, resourceTypes, includeSystemServices, ...others } = filters;
  const url = new URL(`${api}/v1/audit`);
  const query = url.searchParams;
  query.set('page', String(page));
  query.set('limit', String(limit));
  for (const [name, value] of Object.entries(others)) query.set(name, String(value));
  if (actions !== undefined) query.set('action', actions.join(','));
  if (resourceTypes !== undefined) query.set('resourceType', resourceTypes.join(','));
  if (includeSystemServices === true) query.set('includeSystemServices', 'true');
  return url;
}

/** A count that can be true; vendors also send 0, which means nothing. */
function countIn(
  envelope: Readonly<Record<string, unknown>> | undefined,
  name: string,
): number | undefined {
  const value = envelope?.[name];
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}
