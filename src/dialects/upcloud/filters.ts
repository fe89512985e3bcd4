import {
  type AppliedFilters,
  divideFilters,
  type ExportFilters,
  type FilterName,
  type FilterSupport,
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
};

/**
 * UpCloud filters by action and resource type, but rejects a value that is not in its lists; and it has one search, `q`,
 * for an id, a user name or an address. Where its filter is wider than ours, its objects are filtered here too.
 */
export function upcloudFilters(filters: ExportFilters): UpcloudFilters {
  rejectUnsupportedFilters(filters, support, 'UpCloud');
  const values = {
    actions: filters.actions?.map((action) => action.toLowerCase()),
    resourceTypes: filters.resourceTypes,
  };
  const query: (readonly [string, string])[] = [];
  const bySource: FilterName[] = [];
  const push = (
    name: 'actions' | 'resourceTypes',
    parameter: string,
    known: readonly string[],
  ): void => {
    const requested = values[name];
    if (requested === undefined || !requested.every((value) => known.includes(value))) return;
    for (const value of requested) query.push([parameter, value]);
    bySource.push(name);
  };
  push('actions', 'actions', actions);
  push('resourceTypes', 'resource_types', resourceTypes);
  const search = (['resourceIdentity', 'userIdentity', 'searchText'] as const).find(
    (name) => filters[name] !== undefined,
  );
  if (search !== undefined) {
    query.push(['q', filters[search] ?? '']);
    bySource.push(search);
  }
  const { userIdentity, resourceIdentity } = filters;
  const text = search === 'searchText' ? undefined : filters.searchText?.toLowerCase();
  return {
    shares: divideFilters(filters, bySource),
    query,
    isEmpty: Object.keys(filters).every((name) => name === 'includeSystemServices'),
    keeps: (event) =>
      isAmong(values.actions, event.action) &&
      isAmong(values.resourceTypes, event.resource_type) &&
      (userIdentity === undefined || event.account_username === userIdentity) &&
      (resourceIdentity === undefined || event.resource_id === resourceIdentity) &&
      (text === undefined || JSON.stringify(event).toLowerCase().includes(text)),
  };
}

const isAmong = (values: readonly string[] | undefined, value: unknown): boolean =>
  values === undefined || (typeof value === 'string' && values.includes(value.toLowerCase()));
