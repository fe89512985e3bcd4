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
export interface FilterShares {
  readonly bySource: ExportFilters;
  readonly here: ExportFilters;
}

/** Divides filters: those the source knows are left to it, the others remain to be applied here. */
export function shareFilters(filters: ExportFilters, known: ReadonlySet<FilterName>): FilterShares {
  const all = Object.entries(filters) as [FilterName, unknown][];
  return {
    bySource: Object.fromEntries(all.filter(([name]) => known.has(name))),
    here: Object.fromEntries(all.filter(([name]) => !known.has(name))),
  };
}
