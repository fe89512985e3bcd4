import { type Command, InvalidArgumentError } from 'commander';
import { splitList } from '../core/value-list.ts';
import type { ExportFilters } from '../export/filters.ts';

/** Flags of filters, with the names and meanings of `tcloud audit export` (wire: Thalassa 7). */
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
    .option('--action <name>', 'the action; repeat or separate by commas for several', list)
    .option(
      '--resource-type <type>',
      'the resource type; repeat or separate by commas for several',
      list,
    )
    .option('--user-identity <id>', 'the acting user')
    .option('--service-account <id>', 'the acting service account')
    .option('--impersonator-identity <id>', 'the user who acted in the name of another')
    .option('--resource-identity <id>', 'the affected resource')
    .option('--organisation-identity <id>', 'the organisation in the event')
    .option('--response-status <status>', 'the HTTP status of the recorded call', wholeNumber(1))
    .option('--search-text <text>', 'a part of the description')
    .option('--include-system-services', 'include the records of system services');
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
  return [...before, ...splitList(value).filter((text) => text !== '')];
}

/** Reads the value of a flag that is a whole number. */
export const wholeNumber =
  (lowest: number, highest = 999_999_999) =>
  (text: string): number => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= lowest && number <= highest) return number;
    const range =
      highest === 999_999_999 ? `of at least ${lowest}` : `from ${lowest} to ${highest}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
