import { AnnalsError } from '../core/errors.ts';

/**
 * The filters of an export, with the names of `tcloud audit export`. An event must match all filters, and any one of the
 * values of each.
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

/** Who applied which filter. Together they are the filters of the export. */
export interface AppliedFilters {
  readonly bySource: ExportFilters;
  readonly byClient: ExportFilters;
}

/** Divides filters: the source applies those named, the others are applied here. */
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

/** Whether a vendor's events have what a filter is about. Each vendor's client says it of every filter. */
export type FilterSupport = Readonly<Record<FilterName, boolean>>;

/** Throws `invalid` for a filter on something that this vendor's events do not have: no event would match. */
export function rejectUnsupportedFilters(
  filters: ExportFilters,
  support: FilterSupport,
  vendor: string,
): void {
  const rejected = (Object.keys(flags) as FilterName[]).find(
    (name) => filters[name] !== undefined && !support[name],
  );
  if (rejected === undefined) return;
  throw new AnnalsError(
    'invalid',
    `Cannot use ${flags[rejected]} with ${vendor}: its events have no such field`,
  );
}
