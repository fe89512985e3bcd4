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
  /** A larger `limit` is quietly made this one (wire: thalassa 3.1). */
  maxLimit: number;
  /** Whether a page lacks the places of entries that are not shown. Totals count those that are. */
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
    const asked = wholeNumber(query, 'limit', DEFAULT_LIMIT);
    if (page === undefined || asked === undefined) {
      return refusal(400, 'page and limit must be whole numbers from 1 on');
    }
    const limit = Math.min(asked, switches.maxLimit);
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
    const answer = jsonResponse(200, switches.envelope === 'array' ? items : body);
    return { ...answer, entries: items.length };
  };

  return {
    credentials,
    refusal,
    expireTokens: tokens.revokeAll,
    answer: (request) => {
      if (request.path === '/oidc/token') return tokens.answer(request);
      if (request.path !== '/v1/audit') return refusal(404, `no such path: ${request.path}`);
      if (request.method !== 'GET') return refusal(405, 'the audit trail can only be read');
      if (!authenticated(request, tokens.accepts)) return refusal(401, 'invalid credentials');
      const organisation = request.headers['x-organisation-identity'];
      if (!organisation) return refusal(400, 'X-Organisation-Identity is required');
      if (organisation !== credentials.organisation) return refusal(404, 'no such organisation');
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

/** wire: thalassa 3.1. Whatever else is asked, `from` and `to` included, changes nothing. */
const FILTERS: Readonly<Record<string, (event: VendorEvent, wanted: string) => boolean>> = {
  searchText: ({ description }, wanted) => includes(String(description ?? ''), wanted),
  serviceAccount: (event, wanted) => event.serviceAccountIdentity === wanted,
  userIdentity: (event, wanted) => event.userIdentity === wanted,
  impersonatorIdentity: (event, wanted) => event.impersonatorIdentity === wanted,
  resourceIdentity: (event, wanted) => event.resourceIdentity === wanted,
  organizationIdentity: (event, wanted) => event.organizationIdentity === wanted,
  action: ({ action }, wanted) => anyOf(wanted).includes(String(action).toLowerCase()),
  resourceType: (event, wanted) => wanted.split(',').includes(String(event.resourceType)),
  responseStatus: ({ context }, wanted) =>
    (context as VendorEvent | undefined)?.status === Number(wanted),
};

function matches(event: VendorEvent, query: URLSearchParams): boolean {
  if (isSystemEntry(event) && query.get('includeSystemServices') !== 'true') return false;
  return Object.entries(FILTERS).every(([name, test]) => {
    const wanted = query.get(name);
    return wanted === null || wanted === '' || test(event, wanted);
  });
}

/** Everything of the query but the place in the list. */
function filterName(query: URLSearchParams): string {
  const filters = new URLSearchParams(query);
  filters.delete('page');
  filters.delete('limit');
  return `matching ${filters}`;
}

const anyOf = (list: string): string[] => list.toLowerCase().split(',');

const includes = (text: string, part: string): boolean =>
  text.toLowerCase().includes(part.toLowerCase());

function totals(
  say: ThalassaSwitches['totals'],
  count: number,
  limit: number,
): Record<string, number> {
  if (say === 'missing') return {};
  const said = {
    right: count,
    zero: 0,
    low: Math.floor(count / 2),
    high: count + 2 * limit,
  }[say];
  return { totalItems: said, totalPages: Math.ceil(said / limit), totalCount: said };
}

/** A whole number from 1 on, `otherwise` where there is none, undefined where it is no such number. */
function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number | undefined {
  const text = query.get(name);
  if (text === null) return otherwise;
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** wire: thalassa 4, `message` is the one field clients rely on. */
const refusal = (status: number, message: string): VendorResponse =>
  jsonResponse(status, { message });
