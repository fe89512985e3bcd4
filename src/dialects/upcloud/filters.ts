import type { AppliedFilters, ExportFilters, FilterName } from '../../export/filters.ts';
import { divideFilters, rejectFilters } from '../../export/filters.ts';
import { actions, resourceTypes } from './vocabulary.ts';

/** How an export's filters are asked of UpCloud, and what is left to do here. */
export interface UpcloudFilters {
  readonly shares: AppliedFilters;
  /** Parameters of the list; repeated keys for several values (wire: UpCloud 3.1). */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Nothing is left out. */
  readonly isEmpty: boolean;
  keeps(event: Readonly<Record<string, unknown>>): boolean;
}

/**
 * UpCloud knows actions and resource types, but refuses a word that is not in its lists; and it has one search, `q`, for
 * an id, a user name or an address. Everything is checked here again where the vendor's way is the wider one.
 */
export function upcloudFilters(filters: ExportFilters): UpcloudFilters {
  const unknown: FilterName[] = [
    'serviceAccount',
    'impersonatorIdentity',
    'organizationIdentity',
    'responseStatus',
  ];
  rejectFilters(filters, unknown, 'UpCloud');
  const wanted = {
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
    const values = wanted[name];
    if (values === undefined || !values.every((value) => known.includes(value))) return;
    for (const value of values) query.push([parameter, value]);
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
      isAmong(wanted.actions, event.action) &&
      isAmong(wanted.resourceTypes, event.resource_type) &&
      (userIdentity === undefined || event.account_username === userIdentity) &&
      (resourceIdentity === undefined || event.resource_id === resourceIdentity) &&
      (text === undefined || JSON.stringify(event).toLowerCase().includes(text)),
  };
}

const isAmong = (values: readonly string[] | undefined, value: unknown): boolean =>
  values === undefined || (typeof value === 'string' && values.includes(value.toLowerCase()));
