import type { Command } from 'commander';
import type { ExportFilters } from '../export/filters.ts';
import { wholeNumber } from './whole-number.ts';

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
    .option('--response-status <status>', 'HTTP status of the recorded call', wholeNumber(1))
    .option('--search-text <text>', 'a part of the description')
    .option('--include-system-services', 'with the records of internal system services');
}

export function filtersOf(flags: FilterFlags): ExportFilters {
  const { action, resourceType, organisationIdentity, includeSystemServices } = flags;
  const filters = {
    searchText: flags.searchText,
    serviceAccount: flags.serviceAccount,
    userIdentity: flags.userIdentity,
    impersonatorIdentity: flags.impersonatorIdentity,
    actions: action?.length === 0 ? undefined : action,
    resourceTypes: resourceType?.length === 0 ? undefined : resourceType,
    resourceIdentity: flags.resourceIdentity,
    organizationIdentity: organisationIdentity,
    includeSystemServices: includeSystemServices === true ? true : undefined,
    responseStatus: flags.responseStatus,
  };
  const given = Object.entries(filters).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(given);
}

function list(value: string, before: readonly string[] = []): readonly string[] {
  const values = value.split(',').map((part) => part.trim());
  return [...before, ...values.filter((part) => part !== '')];
}
