import {
  type AppliedFilters,
  containsOneOf,
  divideFilters,
  type ExportFilters,
  type FilterName,
  type FilterSupport,
  type FilterTests,
  filterBy,
  isOneOf,
  rejectUnsupportedFilters,
} from '../../export/filters.ts';
import { actions, resourceTypes } from './vocabulary.ts';

/** Which of an export's filters UpCloud applies, and which are applied here. */
export interface UpcloudFilters {
  readonly shares: AppliedFilters;
  /** Parameters of the list; repeated keys for several values (wire: UpCloud 3.1). */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** No filter leaves anything out. */
  readonly isEmpty: boolean;
  keeps(event: Readonly<Record<string, unknown>>): boolean;
}

const support: FilterSupport = {
  searchText: true,
  serviceAccount: false,
  userIdentity: true,
  impersonatorIdentity: false,
  actions: true,
  resourceTypes: true,
  resourceIdentity: true,
  organizationIdentity: false,
  includeSystemServices: true,
  responseStatus: false,
  outcome: false,
  clientIp: true,
  traceId: true,
  sessionId: false,
  projectId: false,
  credential: false,
  country: false,
  without: true,
};

/**
 * UpCloud filters by action and resource type, but rejects a value that is not in its lists; and it has one search, `q`,
 * for an id, a user name or an address. Where its filter is wider than ours, its objects are filtered here too.
 */
export function upcloudFilters(filters: ExportFilters): UpcloudFilters {
  rejectUnsupportedFilters(filters, support, 'UpCloud');
  const query: (readonly [string, string])[] = [];
  const bySource: FilterName[] = [];
  const push = (
    name: 'actions' | 'resourceTypes',
    parameter: string,
    known: readonly string[],
  ): void => {
    const given = filters[name];
    const requested = name === 'actions' ? given?.map((value) => value.toLowerCase()) : given;
    if (requested === undefined || !requested.every((value) => known.includes(value))) return;
    for (const value of requested) query.push([parameter, value]);
    bySource.push(name);
  };
  push('actions', 'actions', actions);
  push('resourceTypes', 'resource_types', resourceTypes);
  const search = (['resourceIdentity', 'userIdentity', 'searchText'] as const).find(
    (name) => typeof filters[name] === 'string',
  );
  if (search !== undefined) {
    query.push(['q', String(filters[search])]);
    bySource.push(search);
  }
  const { searchText, ...others } = filters;
  return {
    shares: divideFilters(filters, bySource),
    query,
    isEmpty: Object.keys(filters).every((name) => name === 'includeSystemServices'),
    // UpCloud searches in other fields than we do: what it found is not searched once more.
    keeps: filterBy(search === 'searchText' ? others : filters, tests),
  };
}

const tests: FilterTests = {
  actions: ({ action }, values) =>
    isOneOf(
      values.map((value) => value.toLowerCase()),
      String(action).toLowerCase(),
    ),
  resourceTypes: ({ resource_type }, values) => isOneOf(values, resource_type),
  userIdentity: ({ account_username }, values) => isOneOf(values, account_username),
  resourceIdentity: ({ resource_id }, values) => isOneOf(values, resource_id),
  clientIp: ({ ip_address }, values) => isOneOf(values, ip_address),
  traceId: ({ upcloud_correlation_id }, values) => isOneOf(values, upcloud_correlation_id),
  searchText: (event, values) => containsOneOf(values, event),
};
