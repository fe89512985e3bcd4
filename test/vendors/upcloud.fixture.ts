/** UpCloud's audit-log API as documented and as its clients know it (wire: upcloud.md). */
import { upcloudFilterOptions } from './events/upcloud.fixture.ts';
import { parseInstant } from './instant.fixture.ts';
import { type Positions, setSwitches } from './switches.fixture.ts';
import { type Entry, type Order, type Pages, pageOf, type Trail } from './trail.fixture.ts';
import { type ErrorSwitches, upcloudError } from './upcloud-errors.fixture.ts';
import { csvExport, type ExportSwitches, jsonExport } from './upcloud-export.fixture.ts';
import {
  jsonResponse,
  type VendorModel,
  type VendorRequest,
  type VendorResponse,
} from './vendor-model.fixture.ts';

export interface UpcloudSwitches extends ErrorSwitches, ExportSwitches {
  /** Documented nowhere (wire: upcloud 3.4). */
  order: Order;
  /** The largest `limit`; a larger one is rejected (wire: upcloud 3.1). */
  maxLimit: number;
  /** No page has more events than this, whatever `limit` is. */
  mostAnswered: number;
  /** Whether a page lacks events that are not shown. The total counts those that are. */
  pages: Pages;
  /** Whether `offset` counts events, or pages where 0 and 1 are the first (wire: upcloud 3.1). */
  offset: 'items' | 'pages';
  /** What `Upcloud-Total-Count` says. */
  total: 'right' | 'missing' | 'zero' | 'low' | 'high';
  /** How long events stay visible by the vendor's clock (wire: upcloud 1); 0 is for ever. */
  retentionDays: number;
}

export const upcloudPositions: Positions<UpcloudSwitches> = {
  order: ['newest', 'oldest', 'unsorted'],
  maxLimit: [200, 100],
  mostAnswered: [200, 20],
  pages: ['full', 'short'],
  offset: ['items', 'pages'],
  total: ['right', 'missing', 'zero', 'low', 'high'],
  errors: ['problem', 'legacy'],
  retentionDays: [0],
  jsonShape: ['array', 'object'],
  csvMark: ['none', 'bom'],
  csvLines: ['lf', 'crlf'],
  csvColumns: ['schema', 'reordered', 'extra'],
};

export interface UpcloudCredentials {
  readonly token: string;
  readonly username: string;
  readonly password: string;
}

const credentials: UpcloudCredentials = {
  token: 'ucat_01JY5XQ8M3W7N2B4C6D8E0F2GH',
  username: 'ops_bot',
  password: 'correct:horse é',
};

const DEFAULT_LIMIT = 50;
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const DAY_MILLISECONDS = 86_400_000;

/** wire: upcloud 3.1. Lists are repeated keys, the one encoding the schema's default gives. */
const LISTS = ['resource_types', 'actions', 'origins'] as const;

export function upcloud(
  trail: Trail,
  set: Partial<UpcloudSwitches>,
  now: () => number,
): VendorModel<UpcloudCredentials> {
  const switches = setSwitches(upcloudPositions, set);
  const errorResponse = (status: number, message: string, parameter?: string): VendorResponse =>
    upcloudError(switches, status, message, parameter);

  const retained = (): readonly Entry[] => {
    const { retentionDays } = switches;
    if (retentionDays === 0) return trail.list(switches.order);
    const oldest = BigInt(now() - retentionDays * DAY_MILLISECONDS) * 1_000_000n;
    return trail.list(switches.order).filter(({ at }) => at >= oldest);
  };

  const list = (query: URLSearchParams): VendorResponse => {
    const bad = badParameter(query, switches.maxLimit);
    if (bad) return errorResponse(400, bad.reason, bad.name);
    const limit = Math.min(Number(query.get('limit') ?? DEFAULT_LIMIT), switches.mostAnswered);
    const offset = Number(query.get('offset') ?? 0);
    const matching = search(query);
    const start = switches.offset === 'items' ? offset : (Math.max(offset, 1) - 1) * limit;
    const page = pageOf(matching, start, limit, switches.pages);
    const response = jsonResponse(200, { audit_logs: page }, totalHeader(matching.length, limit));
    return { ...response, entries: page.length };
  };

  const search = (query: URLSearchParams): readonly Entry[] => {
    if (switches.retentionDays > 0) return retained().filter(matcher(query));
    const filters = new URLSearchParams(query);
    filters.delete('limit');
    filters.delete('offset');
    return trail.list(switches.order, `matching ${filters}`, matcher(query));
  };

  const totalHeader = (count: number, limit: number): Record<string, string> => {
    if (switches.total === 'missing') return {};
    const reported = { right: count, zero: 0, low: Math.floor(count / 2), high: count + 2 * limit };
    return { 'Upcloud-Total-Count': String(reported[switches.total]) };
  };

  const exportAll = (query: URLSearchParams): VendorResponse => {
    const events = retained().map(({ event }) => event);
    const format = query.get('format') ?? 'csv';
    if (format === 'json') return jsonExport(events, switches);
    if (format === 'csv') return csvExport(events, switches);
    return errorResponse(400, 'Must be csv or json.', 'format');
  };

  const one = (id: string): VendorResponse => {
    if (!ULID.test(id)) return errorResponse(400, 'Must be a ULID.', 'cloudEventID');
    const found = retained().find((entry) => entry.id === id);
    return found
      ? { ...jsonResponse(200, found.event), entries: 1 }
      : errorResponse(404, 'No such event.');
  };

  return {
    credentials,
    errorResponse,
    expireTokens: () => {},
    respond: (request) => {
      if (!authenticated(request)) return errorResponse(401, 'Authentication failed.');
      if (request.path === '/1.3/account') {
        return jsonResponse(200, {
          account: { username: 'ops_bot', credits: 0, resource_limits: {} },
        });
      }
      const rest = /^\/1\.3\/audit-logs(?:\/([^/]+))?$/.exec(request.path);
      if (!rest) return errorResponse(404, 'No such resource.');
      if (request.method !== 'GET') return errorResponse(405, 'Method not allowed.');
      switch (rest[1]) {
        case undefined:
          return list(request.query);
        case 'filter-options':
          return jsonResponse(200, upcloudFilterOptions);
        case 'export':
          return exportAll(request.query);
        default:
          return one(rest[1]);
      }
    },
  };
}

/** Token or HTTP Basic, either will do everywhere (wire: upcloud 2). */
function authenticated(request: VendorRequest): boolean {
  const { token, username, password } = credentials;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return [`Bearer ${token}`, `Basic ${basic}`].includes(request.headers.authorization ?? '');
}

/** The first parameter that is not as documented, and what it must be (wire: upcloud 3.1). */
function badParameter(
  query: URLSearchParams,
  maxLimit: number,
): { name: string; reason: string } | undefined {
  const upTo = (most: number) => (text: string) => /^\d+$/.test(text) && Number(text) <= most;
  const anInstant = (text: string): boolean => parseInstant(text) !== undefined;
  const oneOf = (options: readonly string[]) => (text: string) => options.includes(text);
  const rules: Record<string, readonly [reason: string, holds: (text: string) => boolean]> = {
    limit: [`Must be between 0 and ${maxLimit}.`, upTo(maxLimit)],
    offset: ['Must be 0 or more.', upTo(Number.MAX_SAFE_INTEGER)],
    created_after: ['Must be an ISO timestamp.', anInstant],
    created_before: ['Must be an ISO timestamp.', anInstant],
  };
  for (const name of LISTS) {
    rules[name] = ['Must be one of the filter options.', oneOf(upcloudFilterOptions[name])];
  }
  for (const [name, [reason, holds]] of Object.entries(rules)) {
    if (!query.getAll(name).every(holds)) return { name, reason };
  }
  return undefined;
}

/** wire: upcloud 3.1. Both bounds are inclusive; different filters all have to agree. */
function matcher(query: URLSearchParams): (entry: Entry) => boolean {
  const after = parseInstant(query.get('created_after') ?? '');
  const before = parseInstant(query.get('created_before') ?? '');
  const searched = query.get('q');
  const [resourceTypes, actions, origins] = LISTS.map(
    (name) => new Set<unknown>(query.getAll(name)),
  );
  const allows = (set: Set<unknown> | undefined, value: unknown): boolean =>
    set === undefined || set.size === 0 || set.has(value);
  return ({ at, event }) =>
    (after === undefined || at >= after) &&
    (before === undefined || at <= before) &&
    allows(resourceTypes, event.resource_type) &&
    allows(actions, event.action) &&
    allows(origins, event.origin) &&
    (!searched || [event.resource_id, event.account_username, event.ip_address].includes(searched));
}
