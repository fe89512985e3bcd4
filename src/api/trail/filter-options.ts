import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { EventReader } from '../../store/event-store.ts';

/** What a log can be filtered by: the values that stand in it, most frequent first. */
export interface FilterOptions {
  readonly actions: readonly string[];
  readonly resourceTypes: readonly string[];
  readonly userIdentities: readonly string[];
  readonly serviceAccounts: readonly string[];
  readonly impersonatorIdentities: readonly string[];
  /** Names of the lists above that hold only the most frequent values. */
  readonly truncated: readonly string[];
}

const maxValues = 1_000;
/** What a list without parameters shows, so that no choice leads to an empty list. */
const defaultFilter: Filter = { withoutSystemServices: 'all' };

const lists = {
  actions: 'action',
  resourceTypes: 'resourceType',
  userIdentities: 'userIdentity',
  serviceAccounts: 'serviceAccountIdentity',
  impersonatorIdentities: 'impersonatorIdentity',
} as const satisfies Record<string, Facet>;

export async function readFilterOptions(
  reader: EventReader,
  organisation: string,
): Promise<FilterOptions> {
  const truncated: string[] = [];
  const valuesOf = async (name: keyof typeof lists) => {
    const counts = await reader.distinct(organisation, lists[name], defaultFilter, maxValues + 1);
    if (counts.length > maxValues) truncated.push(name);
    return counts.slice(0, maxValues).map(({ value }) => value);
  };
  const [actions, resourceTypes, userIdentities, serviceAccounts, impersonatorIdentities] =
    await Promise.all([
      valuesOf('actions'),
      valuesOf('resourceTypes'),
      valuesOf('userIdentities'),
      valuesOf('serviceAccounts'),
      valuesOf('impersonatorIdentities'),
    ]);
  return {
    actions,
    resourceTypes,
    userIdentities,
    serviceAccounts,
    impersonatorIdentities,
    truncated: truncated.sort(),
  };
}
