import { AnnalsError } from '../core/errors.ts';

/**
 * What a user may narrow an export by, in the words of `tcloud audit export`. Different filters all must hold; of the
 * values of one, any.
 */
export interface ExportFilters {
  readonly searchText?: string;
  readonly serviceAccount?: string;
  readonly userIdentity?: string;
  readonly impersonatorIdentity?: string;
  readonly actions?: readonly string[];
  readonly resourceTypes?: readonly string[];
  readonly resourceIdentity?: string;
  readonly organizationIdentity?: string;
  readonly includeSystemServices?: boolean;
  readonly responseStatus?: number;
}

export type FilterName = keyof ExportFilters;

/** Who applied which filter. Together they are what was asked. */
export interface AppliedFilters {
  readonly bySource: ExportFilters;
  readonly byClient: ExportFilters;
}

/** Divides filters: those named are left to the source, the others are applied here. */
export function divideFilters(
  filters: ExportFilters,
  bySource: readonly FilterName[],
): AppliedFilters {
  const all = Object.entries(filters) as [FilterName, unknown][];
  return {
    bySource: Object.fromEntries(all.filter(([name]) => bySource.includes(name))),
    byClient: Object.fromEntries(all.filter(([name]) => !bySource.includes(name))),
  };
}

const flags: Readonly<Record<FilterName, string>> = {
  searchText: '--search-text',
  serviceAccount: '--service-account',
  userIdentity: '--user-identity',
  impersonatorIdentity: '--impersonator-identity',
  actions: '--action',
  resourceTypes: '--resource-type',
  resourceIdentity: '--resource-identity',
  organizationIdentity: '--organisation-identity',
  includeSystemServices: '--include-system-services',
  responseStatus: '--response-status',
};

/** Throws `invalid` for a filter on something this vendor's events do not have: it would leave nothing. */
export function rejectFilters(
  filters: ExportFilters,
  unsupported: readonly FilterName[],
  vendor: string,
): void {
  const refused = unsupported.find((name) => filters[name] !== undefined);
  if (refused === undefined) return;
  throw new AnnalsError(
    'invalid',
    `Cannot use ${flags[refused]} with ${vendor}: its events say nothing about that`,
  );
}
