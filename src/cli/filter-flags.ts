import { type Command, InvalidArgumentError } from 'commander';
import { didYouMean } from '../core/did-you-mean.ts';
import { splitList } from '../core/value-list.ts';
import { type ExportFilters, filterNames, type NegatedFilters } from '../export/filters.ts';

type Values = readonly (string | number)[];

/** Flags of filters; the first ones have the names and meanings of `tcloud audit export` (wire: Thalassa 7). */
export interface FilterFlags {
  readonly action?: Values;
  readonly resourceType?: Values;
  readonly userIdentity?: Values;
  readonly serviceAccount?: Values;
  readonly impersonatorIdentity?: Values;
  readonly resourceIdentity?: Values;
  readonly organisationIdentity?: string;
  readonly responseStatus?: Values;
  readonly outcome?: Values;
  readonly clientIp?: Values;
  readonly traceId?: Values;
  readonly sessionId?: Values;
  readonly projectId?: Values;
  readonly credential?: Values;
  readonly country?: Values;
  readonly searchText?: string;
  readonly includeSystemServices?: boolean;
  readonly not?: Negations;
}

type Negations = ReadonlyMap<keyof NegatedFilters, Values>;

/** A filter by a field, which takes several values. */
interface FieldFlag {
  readonly flag: keyof FilterFlags;
  readonly filter: Exclude<keyof NegatedFilters, 'searchText'>;
  readonly placeholder: string;
  readonly description: string;
  /** The values in one argument. */
  readonly read: (argument: string) => Values;
}

const one = (argument: string) => (argument === '' ? [] : [argument]);
const list = (argument: string) => splitList(argument).filter((value) => value !== '');
const statuses = (argument: string) => list(argument).map(wholeNumber(1));
const outcomes = (argument: string) =>
  list(argument).map((value) => {
    if (value === 'success' || value === 'failure') return value;
    throw new InvalidArgumentError('It must be success or failure.');
  });

/** A filter by an id, which is taken as it is. */
const id = (name: FieldFlag['flag'] & FieldFlag['filter'], description: string): FieldFlag => ({
  flag: name,
  filter: name,
  placeholder: 'id',
  description,
  read: one,
});

const fieldFlags: readonly FieldFlag[] = [
  {
    flag: 'action',
    filter: 'actions',
    placeholder: 'name',
    description: 'the action; repeat or separate by commas for several',
    read: list,
  },
  {
    flag: 'resourceType',
    filter: 'resourceTypes',
    placeholder: 'type',
    description: 'the resource type; repeat or separate by commas for several',
    read: list,
  },
  id('userIdentity', 'the acting user'),
  id('serviceAccount', 'the acting service account'),
  id('impersonatorIdentity', 'the user who acted in the name of another'),
  id('resourceIdentity', 'the affected resource'),
  {
    flag: 'responseStatus',
    filter: 'responseStatus',
    placeholder: 'status',
    description: 'the HTTP status of the recorded call',
    read: statuses,
  },
  {
    flag: 'outcome',
    filter: 'outcome',
    placeholder: 'outcome',
    description: 'success or failure',
    read: outcomes,
  },
  {
    flag: 'clientIp',
    filter: 'clientIp',
    placeholder: 'address',
    description: 'the address of the client',
    read: list,
  },
  id('traceId', 'the trace'),
  id('sessionId', 'the session'),
  id('projectId', 'the project'),
  id('credential', 'the credential, such as an API key'),
  {
    flag: 'country',
    filter: 'country',
    placeholder: 'code',
    description: 'the country code of the client',
    read: list,
  },
];

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What `--not` can turn around, by the names of the flags. */
const negatable = new Map<string, Pick<FieldFlag, 'read'> & { filter: keyof NegatedFilters }>([
  ...fieldFlags.map((field) => [kebab(field.flag), field] as const),
  ['search-text', { filter: 'searchText', read: one }],
]);

export const filterHeading =
  'Filters (an event must match each; repeat a flag for several values):';

export function addFilterOptions(command: Command): Command {
  for (const { flag, placeholder, description, read } of fieldFlags) {
    const add = (argument: string, before: Values = []) => [...before, ...read(argument)];
    command.option(`--${kebab(flag)} <${placeholder}>`, description, add);
  }
  return command
    .option('--organisation-identity <id>', 'the organisation in the event')
    .option('--search-text <text>', 'a part of the description')
    .option('--include-system-services', 'include the records of system services')
    .option(
      '--not <filter=value>',
      'leave out the events that match, such as --not action=GET; repeat for several',
      addNegation,
    );
}

function addNegation(argument: string, before: Negations = new Map()): Negations {
  const [name = '', ...rest] = argument.split('=');
  const field = negatable.get(name);
  if (field === undefined) {
    const known = didYouMean(name, [...negatable.keys()]);
    throw new InvalidArgumentError(
      `It must be a filter and a value, such as action=GET; there is no filter --${name}${known}.`,
    );
  }
  const values = field.read(rest.join('='));
  if (values.length === 0) throw new InvalidArgumentError('It must have a value after the =.');
  return new Map(before).set(field.filter, [...(before.get(field.filter) ?? []), ...values]);
}

export function filtersOf(flags: FilterFlags): ExportFilters {
  const { searchText, organisationIdentity, includeSystemServices, not } = flags;
  const fields = fieldFlags.map(({ flag, filter }) => [filter, flags[flag] as Values] as const);
  const filters: Record<string, unknown> = {
    ...filterValues(fields),
    searchText,
    organizationIdentity: organisationIdentity,
    includeSystemServices: includeSystemServices === true ? true : undefined,
    without: not && filterValues([...not]),
  };
  // In one order, whatever that of the flags: journals and files of tcloud's kind have it.
  const given = filterNames
    .map((name) => [name, filters[name]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(given);
}

/** Values of filters as `ExportFilters` has them: one by itself, as it is at Thalassa. */
function filterValues(
  entries: readonly (readonly [keyof NegatedFilters, Values | undefined])[],
): Record<string, unknown> {
  const given = entries.filter(([, values]) => values !== undefined && values.length > 0);
  return Object.fromEntries(
    given.map(([filter, values = []]) => {
      const isList = filter === 'actions' || filter === 'resourceTypes' || values.length > 1;
      return [filter, isList ? values : values[0]];
    }),
  );
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
