import { AnnalsError } from '../core/errors.ts';
import { listValue } from '../core/value-list.ts';

/** One value or several, of which an event must have one. */
type OneOrMore<T> = T | readonly T[];

/** Filters by the fields of an event. */
interface FieldFilters {
  readonly serviceAccount?: OneOrMore<string>;
  readonly userIdentity?: OneOrMore<string>;
  readonly impersonatorIdentity?: OneOrMore<string>;
  readonly actions?: readonly string[];
  readonly resourceTypes?: readonly string[];
  readonly resourceIdentity?: OneOrMore<string>;
  readonly responseStatus?: OneOrMore<number>;
  readonly outcome?: OneOrMore<string>;
  readonly clientIp?: OneOrMore<string>;
  readonly traceId?: OneOrMore<string>;
  readonly sessionId?: OneOrMore<string>;
  readonly projectId?: OneOrMore<string>;
  readonly credential?: OneOrMore<string>;
  readonly country?: OneOrMore<string>;
}

/** What to leave out: events that meet one of these filters. */
export interface NegatedFilters extends FieldFilters {
  readonly searchText?: OneOrMore<string>;
}

/**
 * The filters of an export, those of `tcloud audit export` with their names there. An event must match all filters, and
 * any one of the values of each.
 */
export interface ExportFilters extends FieldFilters {
  readonly searchText?: string;
  readonly organizationIdentity?: string;
  readonly includeSystemServices?: boolean;
  readonly without?: NegatedFilters;
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
  outcome: '--outcome',
  clientIp: '--client-ip',
  traceId: '--trace-id',
  sessionId: '--session-id',
  projectId: '--project-id',
  credential: '--credential',
  country: '--country',
  without: '--not',
};
export const filterNames = Object.keys(flags) as FilterName[];

/**
 * Whether a filter can be used with a vendor: its events have what the filter is about, and the vendor or its client
 * applies it, perhaps with one value alone. Each vendor's client says it of every filter.
 */
export type FilterSupport = Readonly<Record<FilterName, boolean | 'one value'>>;

/** Throws `invalid` for a filter that cannot be used with this vendor: it would match nothing, or everything. */
export function rejectUnsupportedFilters(
  filters: ExportFilters,
  support: FilterSupport,
  vendor: string,
): void {
  const { without = {} } = filters;
  for (const name of filterNames) {
    const [flag, supported] = [flags[name], support[name]];
    if (filters[name] !== undefined) {
      if (supported === false) {
        const why = name === 'without' ? 'it leaves nothing out' : 'its events have no such field';
        throw new AnnalsError('invalid', `Cannot use ${flag} with ${vendor}: ${why}`);
      }
      if (supported === 'one value' && Array.isArray(filters[name])) {
        throw new AnnalsError(
          'invalid',
          `Cannot use ${flag} more than once with ${vendor}: its filter has one value`,
        );
      }
    }
    if (without[name as keyof NegatedFilters] !== undefined && supported === false) {
      throw new AnnalsError(
        'invalid',
        `Cannot use --not ${flag.slice(2)} with ${vendor}: its events have no such field`,
      );
    }
  }
}

/** Whether a member of an event is one of these texts. */
export function isOneOf(values: readonly string[], member: unknown): boolean {
  return typeof member === 'string' && values.includes(member);
}

/** Whether an event has one of these texts in it, without regard to case. */
export function containsOneOf(values: readonly string[], event: object): boolean {
  const text = JSON.stringify(event).toLowerCase();
  return values.some((value) => text.includes(value.toLowerCase()));
}

/** For a filter: whether an event has one of its values. */
export type FilterTests = Partial<
  Record<
    keyof NegatedFilters,
    (event: Readonly<Record<string, unknown>>, values: readonly string[]) => boolean
  >
>;

/** Whether an event passes the filters that are applied here: those that have a test. */
export function filterBy(
  filters: ExportFilters,
  tests: FilterTests,
): (event: Readonly<Record<string, unknown>>) => boolean {
  const conditionsOf = (given: Readonly<Record<string, unknown>>, expected: boolean) =>
    Object.entries(tests)
      .filter(([name]) => given[name] !== undefined)
      .map(([name, test]) => ({ test, values: [given[name]].flat().map(String), expected }));
  const conditions = [
    ...conditionsOf({ ...filters }, true),
    ...conditionsOf({ ...filters.without }, false),
  ];
  return (event) =>
    conditions.every(({ test, values, expected }) => test(event, values) === expected);
}

/** Filters whose parameters have other names than themselves. */
const parameterNames: Readonly<Record<string, string>> = {
  actions: 'action',
  resourceTypes: 'resourceType',
};
/** Filters whose parameters may be comma-joined, so that a comma of a value must not be taken for that. */
const lists = ['actions', 'resourceTypes', 'clientIp', 'country'];

/** The query parameters of our own API that mean these filters, each with its values. */
export function filterParameters({
  without = {},
  ...filters
}: ExportFilters): Record<string, readonly string[]> {
  const parametersOf = (given: object, sign: string) =>
    Object.entries(given).map(([name, value]) => {
      const texts = [value].flat().map(String);
      const parameter = `${sign}${parameterNames[name] ?? name}`;
      return [parameter, lists.includes(name) ? texts.map(listValue) : texts] as const;
    });
  return Object.fromEntries([...parametersOf(filters, ''), ...parametersOf(without, '-')]);
}
