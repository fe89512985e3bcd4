import { type Command, InvalidArgumentError } from 'commander';
import type { ExportFilters } from '../export/filters.ts';

/** Flags that narrow what is read, with the names and meanings of `tcloud audit export` (wire: Thalassa 7). */
export interface FilterFlags {
  readonly action?: readonly string[];
  readonly resourceType?: readonly string[];
  readonly userIdentity?: string;
  readonly serviceAccount?: string;
  readonly impersonatorIdentity?: string;
  readonly resourceIdentity?: string;
  readonly organisationIdentity?: string;
  readonly responseStatus?: number;
  readonly searchText?: string;
  readonly includeSystemServices?: boolean;
}

export function addFilterOptions(command: Command): Command {
  return command
    .option('--action <name>', 'any of these actions; repeat or join with commas', list)
    .option(
      '--resource-type <type>',
      'any of these resource types; repeat or join with commas',
      list,
    )
    .option('--user-identity <id>', 'the acting user')
    .option('--service-account <id>', 'the acting service account')
    .option('--impersonator-identity <id>', 'whoever acted as somebody else')
    .option('--resource-identity <id>', 'the affected resource')
    .option('--organisation-identity <id>', 'the organisation in the entry')
    .option('--response-status <status>', 'HTTP status of the recorded call', status)
    .option('--search-text <text>', 'a part of the description')
    .option('--include-system-services', 'with the records of internal system services');
}

export function filtersOf(flags: FilterFlags): ExportFilters {
  const { action, resourceType, organisationIdentity, ...same } = flags;
  const named: ExportFilters = {
    ...(same.userIdentity !== undefined && { userIdentity: same.userIdentity }),
    ...(same.serviceAccount !== undefined && { serviceAccount: same.serviceAccount }),
    ...(same.impersonatorIdentity !== undefined && {
      impersonatorIdentity: same.impersonatorIdentity,
    }),
    ...(same.resourceIdentity !== undefined && { resourceIdentity: same.resourceIdentity }),
    ...(same.responseStatus !== undefined && { responseStatus: same.responseStatus }),
    ...(same.searchText !== undefined && { searchText: same.searchText }),
    ...(same.includeSystemServices === true && { includeSystemServices: true }),
  };
  return {
    ...named,
    ...(action !== undefined && { actions: action }),
    ...(resourceType !== undefined && { resourceTypes: resourceType }),
    ...(organisationIdentity !== undefined && { organizationIdentity: organisationIdentity }),
  };
}

function list(value: string, before: readonly string[] = []): readonly string[] {
  const values = value.split(',').map((part) => part.trim());
  return [...before, ...values.filter((part) => part !== '')];
}

function status(value: string): number {
  if (/^[1-9]\d{2}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be an HTTP status, 100 to 999.');
}
