/** Thalassa Cloud's audit API as its clients know it (wire: thalassa.md). */
import { isSystemEntry } from './events/thalassa.fixture.ts';
import type { VendorEvent } from './events.fixture.ts';
import { type Positions, setSwitches } from './switches.fixture.ts';
import { type TokenSwitches, tokenEndpoint } from './thalassa-tokens.fixture.ts';
import { type Order, type Pages, pageOf, type Trail } from './trail.fixture.ts';
import {
  jsonResponse,
  type VendorModel,
  type VendorRequest,
  type VendorResponse,
} from './vendor-model.fixture.ts';

export interface ThalassaSwitches extends TokenSwitches {
  /** Documented nowhere (wire: thalassa 3.6). */
  order: Order;
  /** What `totalPages`, `totalItems` and `totalCount` say (wire: thalassa 3.2). */
  totals: 'right' | 'missing' | 'zero' | 'low' | 'high';
  /** The documented object, or only its items (wire: thalassa 10). */
  envelope: 'object' | 'array';
  /** How the `items` of a page without entries are written (wire: thalassa 10). */
  noItems: 'array' | 'null';
  /** A larger `limit` is lowered to this one (wire: thalassa 3.1). */
  maxLimit: number;
  /** Whether a page lacks entries that are not shown. Totals count those that are. */
  pages: Pages;
}

export const thalassaPositions: Positions<ThalassaSwitches> = {
  order: ['newest', 'oldest', 'unsorted'],
  totals: ['right', 'missing', 'zero', 'low', 'high'],
  envelope: ['object', 'array'],
  noItems: ['array', 'null'],
  maxLimit: [1000, 100, 20],
  pages: ['full', 'short'],
  tokenSeconds: [3600],
  expiresIn: ['number', 'text', 'missing'],
  clientAuthentication: ['either', 'basic', 'form'],
};

export interface ThalassaCredentials {
  readonly organisation: string;
  /** Goes as `Authorization: Token …`. */
  readonly personalAccessToken: string;
  /** Both are to be form-url-encoded before they become HTTP Basic (wire: thalassa 2.2). */
  readonly clientId: string;
  readonly clientSecret: string;
  /** For the token exchange (wire: thalassa 2.3). */
  readonly subjectToken: string;
  readonly serviceAccount: string;
}

const credentials: ThalassaCredentials = {
  organisation: 'org-5b19e0',
  personalAccessToken: 'tc_pat_0123456789abcdef',
  clientId: 'client:one',
  clientSecret: 's3cret/with + and : and % é',
  subjectToken: 'eyJhbGciOiJub25lIn0.e30.',
  serviceAccount: 'sa-4d01c2',
};

const DEFAULT_LIMIT = 50;

export function thalassa(
  trail: Trail,
  set: Partial<ThalassaSwitches>,
  now: () => number,
): VendorModel<ThalassaCredentials> {
  const switches = setSwitches(thalassaPositions, set);
  const tokens = tokenEndpoint(credentials, switches, now);

  const list = (query: URLSearchParams): VendorResponse => {
    const page = wholeNumber(query, 'page', 1);
    const requested = wholeNumber(query, 'limit', DEFAULT_LIMIT);
    if (page === undefined || requested === undefined) {
      return errorResponse(400, 'page and limit must be whole numbers from 1 on');
    }
    const limit = Math.min(requested, switches.maxLimit);
    const matching = trail.list(switches.order, filterName(query), ({ event }) =>
      matches(event, query),
    );
    const items = pageOf(matching, (page - 1) * limit, limit, switches.pages);
    const body = {
      items: items.length === 0 && switches.noItems === 'null' ? null : items,
      ...totals(switches.totals, matching.length, limit),
      page,
      itemsPerPage: limit,
    };
    const response = jsonResponse(200, switches.envelope === 'array' ? items : body);
    return { ...response, entries: items.length };
  };

  return {
    credentials,
    errorResponse,
    expireTokens: tokens.revokeAll,
    respond: (request) => {
      if (request.path === '/oidc/token') return tokens.respond(request);
      if (request.path !== '/v1/audit') return errorResponse(404, `no such path: ${request.path}`);
      if (request.method !== 'GET') return errorResponse(405, 'the audit trail can only be read');
      if (!authenticated(request, tokens.accepts)) return errorResponse(401, 'invalid credentials');
      const organisation = request.headers['x-organisation-identity'];
      if (!organisation) return errorResponse(400, 'X-Organisation-Identity is required');
      if (organisation !== credentials.organisation)
        return errorResponse(404, 'no such organisation');
      return list(request.query);
    },
  };
}

/** PATs come as `Token`, access tokens as `Bearer`, as the official client has it (2.1). */
function authenticated(request: VendorRequest, accepts: (token: string) => boolean): boolean {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
  return scheme === 'Token'
    ? token === credentials.personalAccessToken
    : scheme === 'Bearer' && accepts(token);
}

/** wire: thalassa 3.1. All other parameters, `from` and `to` included, are ignored. */
const FILTERS: Readonly<Record<string, (event: VendorEvent, expected: string) => boolean>> = {
  searchText: ({ description }, expected) => includes(String(description ?? ''), expected),
  serviceAccount: (event, expected) => event.serviceAccountIdentity === expected,
  userIdentity: (event, expected) => event.userIdentity === expected,
  impersonatorIdentity: (event, expected) => event.impersonatorIdentity === expected,
  resourceIdentity: (event, expected) => event.resourceIdentity === expected,
  organizationIdentity: (event, expected) => event.organizationIdentity === expected,
  action: ({ action }, expected) => anyOf(expected).includes(String(action).toLowerCase()),
  resourceType: (event, expected) => expected.split(',').includes(String(event.resourceType)),
  responseStatus: ({ context }, expected) =>
    (context as VendorEvent | undefined)?.status === Number(expected),
};

function matches(event: VendorEvent, query: URLSearchParams): boolean {
  if (isSystemEntry(event) && query.get('includeSystemServices') !== 'true') return false;
  return Object.entries(FILTERS).every(([name, test]) => {
    const expected = query.get(name);
    return expected === null || expected === '' || test(event, expected);
  });
}

/** The query without the position in the list. */
function filterName(query: URLSearchParams): string {
  const filters = new URLSearchParams(query);
  filters.delete('page');
  filters.delete('limit');
  return `matching ${filters}`;
}

const anyOf = (list: string): string[] => list.toLowerCase().split(',');

const includes = (text: string, searched: string): boolean =>
  text.toLowerCase().includes(searched.toLowerCase());

function totals(
  say: ThalassaSwitches['totals'],
  count: number,
  limit: number,
): Record<string, number> {
  if (say === 'missing') return {};
  const reported = {
    right: count,
    zero: 0,
    low: Math.floor(count / 2),
    high: count + 2 * limit,
  }[say];
  return { totalItems: reported, totalPages: Math.ceil(reported / limit), totalCount: reported };
}

/** A whole number from 1 on, `otherwise` if there is none, undefined if it is not such a number. */
function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number | undefined {
  const text = query.get(name);
  if (text === null) return otherwise;
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** wire: thalassa 4, `message` is the one field clients rely on. */
const errorResponse = (status: number, message: string): VendorResponse =>
  jsonResponse(status, { message });
