/** CockroachDB Cloud's audit log API as documented (wire: cockroachdb.md). */
import { cut, formatInstant, type Nanos, parseInstant, SECOND } from './instant.fixture.ts';
import { type Positions, setSwitches } from './switches.fixture.ts';
import type { Entry, Trail } from './trail.fixture.ts';
import {
  jsonResponse,
  type VendorModel,
  type VendorRequest,
  type VendorResponse,
} from './vendor-model.fixture.ts';

export interface CockroachdbSwitches {
  /** Whether entries at `starting_from` itself are included (wire: cockroachdb 4.1). */
  bound: 'inclusive' | 'exclusive';
  /**
   * What `next_starting_from` names. An exclusive bound belongs with the last returned instant: with
   * the next unseen one, a client that follows the cursor loses an instant a page.
   */
  cursor: 'next-unseen' | 'last-returned';
  /** Fraction digits the cursor is cut to; 0 is whole seconds, 3 is milliseconds. */
  cursorDigits: 0 | 3 | 6 | 9;
  /** Whether ASC still has a cursor after the last entry (wire: cockroachdb 4.2). */
  ascending: 'never-ends' | 'ends';
  /** Fraction digits of `starting_from` that are read. */
  startDigits: 6 | 9;
  /** How many hours one page covers, which may have no entries and a cursor after them; 0 is all. */
  scanHours: number;
  /** What is written instead of a cursor when there is none (wire: cockroachdb 3.2). */
  noCursor: 'absent' | 'null' | 'empty' | 'zero';
  /** A larger `limit` is lowered to this one. */
  maxLimit: number;
  /** Requests a second before the API throttles, 10 as documented; 0 is no limit (5.3). */
  requestsPerSecond: number;
  /** The status of that throttling, which no one promises (5.3). */
  throttleStatus: 429 | 400 | 403 | 500 | 503;
}

export const cockroachdbPositions: Positions<CockroachdbSwitches> = {
  bound: ['inclusive', 'exclusive'],
  cursor: ['next-unseen', 'last-returned'],
  cursorDigits: [6, 3, 0, 9],
  ascending: ['never-ends', 'ends'],
  startDigits: [9, 6],
  scanHours: [0, 6],
  noCursor: ['absent', 'null', 'empty', 'zero'],
  maxLimit: [1000, 50, 10],
  requestsPerSecond: [0],
  throttleStatus: [429, 400, 403, 500, 503],
};

export interface CockroachdbCredentials {
  readonly apiKey: string;
  /** Needs the vanity name beside it, as `Cc-Vanity-Name` (wire: cockroachdb 2.1). */
  readonly jwt: string;
  readonly vanityName: string;
}

const credentials: CockroachdbCredentials = {
  apiKey: 'CCDB1_0123456789abcdefghijkl_mnopqrstuvwxyz',
  jwt: 'eyJhbGciOiJub25lIn0.e30.',
  vanityName: 'crl-acme',
};

const DEFAULT_LIMIT = 200;
const VERSIONS = ['2022-09-20', '2023-04-10', '2024-09-16', '2026-09-15', 'latest'];
const MICROSECOND: Nanos = 1_000n;

export function cockroachdb(
  trail: Trail,
  set: Partial<CockroachdbSwitches>,
  now: () => number,
): VendorModel<CockroachdbCredentials> {
  const switches = setSwitches(cockroachdbPositions, set);
  /** When the requests of the last second were admitted. */
  let recent: number[] = [];

  const tooFast = (): boolean => {
    recent = recent.filter((time) => time > now() - 1000);
    if (switches.requestsPerSecond === 0) return false;
    if (recent.length >= switches.requestsPerSecond) return true;
    recent.push(now());
    return false;
  };

  const list = (query: URLSearchParams): VendorResponse => {
    const order = query.get('sort_order') || 'ASC';
    const limit = Number(query.get('limit') || 0);
    const text = query.get('starting_from') || undefined;
    const requested = text === undefined ? undefined : parseInstant(text);
    if (order !== 'ASC' && order !== 'DESC')
      return errorResponse(400, `invalid sort_order: ${order}`);
    if (!Number.isInteger(limit) || limit < 0) return errorResponse(400, 'invalid limit');
    if (text !== undefined && requested === undefined)
      return errorResponse(400, 'invalid starting_from');

    const all = trail.list(order === 'ASC' ? 'oldest' : 'newest');
    const start = requested === undefined ? undefined : cut(requested, switches.startDigits);
    const first =
      start === undefined ? 0 : firstIndex(all, (entry) => reaches(entry, start, order));
    const full = pageEnd(all, first, Math.min(limit || DEFAULT_LIMIT, switches.maxLimit));
    const scanned = order === 'ASC' ? scanEnd(start) : undefined;
    const reached = scanned === undefined ? all.length : firstIndex(all, beyond(scanned));
    const end = Math.min(full, Math.max(first, reached));
    const page = all.slice(first, end);
    const cursor = end < full ? scanned : cursorAfter(order, page, all[end], start);
    const body = { entries: page.map(({ event }) => event), ...nextStartingFrom(cursor) };
    return { ...jsonResponse(200, body), entries: page.length };
  };

  const scanEnd = (start: Nanos | undefined): Nanos | undefined =>
    start === undefined || switches.scanHours === 0
      ? undefined
      : start + BigInt(switches.scanHours) * 3_600n * SECOND;

  /** Whether an entry is on the page after the one that ends here. */
  const beyond = (end: Nanos) => (entry: Entry) => reaches(entry, end, 'ASC');

  /** Whether an entry is at or beyond the start, in the requested direction. */
  const reaches = ({ at }: Entry, start: Nanos, order: 'ASC' | 'DESC'): boolean => {
    if (at === start) return switches.bound === 'inclusive';
    return order === 'ASC' ? at > start : at < start;
  };

  const cursorAfter = (
    order: 'ASC' | 'DESC',
    page: readonly Entry[],
    next: Entry | undefined,
    start: Nanos | undefined,
  ): Nanos | undefined => {
    const last = page.at(-1)?.at;
    if (next === undefined && (order === 'DESC' || switches.ascending === 'ends')) return undefined;
    if (last === undefined) return start ?? 0n;
    if (switches.cursor === 'last-returned') return last;
    return next?.at ?? last + (switches.cursorDigits === 9 ? 1n : MICROSECOND);
  };

  const nextStartingFrom = (cursor: Nanos | undefined): { next_starting_from?: string | null } => {
    if (cursor !== undefined) {
      const at = cut(cursor, switches.cursorDigits);
      const digits = at % SECOND === 0n ? 0 : switches.cursorDigits;
      return { next_starting_from: formatInstant(at, digits) };
    }
    const none = { absent: undefined, null: null, empty: '', zero: '0001-01-01T00:00:00Z' };
    const written = none[switches.noCursor];
    return written === undefined ? {} : { next_starting_from: written };
  };

  return {
    credentials,
    errorResponse,
    expireTokens: () => {},
    respond: (request) => {
      if (request.path !== '/api/v1/auditlogevents') return errorResponse(404, 'not found');
      if (request.method !== 'GET') return errorResponse(501, 'method not allowed');
      if (!authenticated(request)) return errorResponse(401, 'unauthenticated');
      if (tooFast()) return throttled(switches.throttleStatus);
      const version = request.headers['cc-version'];
      if (version !== undefined && !VERSIONS.includes(String(version))) {
        return errorResponse(400, 'invalid Cc-Version');
      }
      return list(request.query);
    },
  };
}

function authenticated({ headers }: VendorRequest): boolean {
  const { apiKey, jwt, vanityName } = credentials;
  if (headers.authorization === `Bearer ${apiKey}`) return true;
  return headers.authorization === `Bearer ${jwt}` && headers['cc-vanity-name'] === vanityName;
}

/** The first index where `reached` holds, given that it holds for all entries from there on. */
function firstIndex(entries: readonly Entry[], reached: (entry: Entry) => boolean): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (reached(entries[middle] as Entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `limit` entries, and every further one that shares the last one's instant (4.1). */
function pageEnd(entries: readonly Entry[], first: number, limit: number): number {
  let end = Math.min(first + limit, entries.length);
  while (end > first && end < entries.length && entries[end]?.at === entries[end - 1]?.at) end += 1;
  return end;
}

/** gRPC codes for HTTP statuses (wire: cockroachdb 5.1). */
const GRPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  429: 8,
  501: 12,
  503: 14,
  504: 4,
};

const errorResponse = (status: number, message: string): VendorResponse =>
  jsonResponse(status, { code: GRPC_CODES[status] ?? 13, message, details: [] });

function throttled(status: number): VendorResponse {
  const response = errorResponse(status, 'rate limit exceeded');
  return { ...response, headers: { ...response.headers, 'Retry-After': '1' } };
}
