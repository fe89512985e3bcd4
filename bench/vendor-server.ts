/**
 * Imitates the lists of the three vendors, with entries that are created when they are requested:
 * `node bench/vendor-server.ts <entries> <first> <last> <bytes> <order>` (times in microseconds). It prints its port.
 *
 * `order` is the order of a page: `newest` first as the vendors do, `oldest` first, or `shuffled`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatInstant, type Micros, parseInstant } from '../src/core/micros.ts';
import { fillerText } from './filler-text.ts';

const [count = 0, first = 0, last = 0, bytes = 0] = process.argv.slice(2, 6).map(Number);
const order = process.argv[6] ?? 'newest';
const step = Math.max(1, Math.floor((last - first) / count));
const timeOf = (place: number): Micros => first + place * step;

/** The first entry at or after an instant. */
const placeAt = (text: string | null, otherwise: number): number => {
  const at = text === null ? otherwise : parseInstant(text, { truncate: true });
  const place = Math.ceil(((typeof at === 'number' ? at : otherwise) - first) / step);
  return Math.min(Math.max(place, 0), count);
};

/** Makes an entry as long as requested; without it an entry has some 300 bytes. */
const filling = (place: number) => ({
  path: '/v1/vpcs/vpc-31c9aa/subnets',
  note: fillerText(place, Math.max(0, bytes - 300)),
});

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ulid = (place: number): string =>
  Array.from(
    { length: 26 },
    (_, digit) => crockford[Math.floor(place / 32 ** (25 - digit)) % 32],
  ).join('');

const entries = {
  thalassa: (place: number) => ({
    createdAt: formatInstant(timeOf(place)),
    eventID: `evt-${place}`,
    action: 'GET',
    resourceType: 'cloud_vpc',
    context: { client_ip: '203.0.113.24', status: 200, ...filling(place) },
  }),
  upcloud: (place: number) => ({
    time: formatInstant(timeOf(place)),
    auth_type: 'api',
    cloud_event_id: ulid(place),
    upcloud_correlation_id: `c-${place}`,
    resource_type: 'server',
    action: 'update',
    origin: 'api',
    account_username: 'ops_bot',
    current_state: filling(place),
  }),
  cockroachdb: (place: number) => ({
    id: `id-${place}`,
    created_at: formatInstant(timeOf(place)),
    action: 'AUDIT_LOG_ACTION_CREATE_CLUSTER',
    source: 'AUDIT_LOG_SOURCE_CC_API',
    user_email: 'noor@example.org',
    payload: JSON.stringify(filling(place)),
    metadata: null,
  }),
};

/** A prime, so that its multiples reach every index once. */
const stride = 1_000_003;

/** The n-th entry of those from `from` to `to`, in the order of the list. */
function listed(n: number, from: number, to: number): number {
  if (order === 'oldest') return from + n;
  if (order === 'shuffled') return from + ((n * stride) % (to - from));
  return to - 1 - n;
}

/** So many entries of a list, from an index on. */
function page(from: number, to: number, start: number, limit: number): number[] {
  const length = Math.max(0, Math.min(limit, to - from - start));
  return Array.from({ length }, (_, n) => listed(start + n, from, to));
}

function answer(path: string, query: URLSearchParams): { body: object; total?: number } {
  const number = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise);
  switch (path) {
    case '/v1/audit': {
      const limit = number('limit', 100);
      const items = page(0, count, (number('page', 1) - 1) * limit, limit).map(entries.thalassa);
      return { body: { items, totalPages: Math.ceil(count / limit), itemsPerPage: limit } };
    }
    case '/1.3/audit-logs': {
      const from = placeAt(query.get('created_after'), first);
      const to = placeAt(query.get('created_before'), last);
      const places = page(from, to, number('offset', 0), number('limit', 100));
      return { body: { audit_logs: places.map(entries.upcloud) }, total: to - from };
    }
    default: {
      const from = placeAt(query.get('starting_from'), first);
      const end = Math.min(from + number('limit', 200), count);
      const places = page(from, end, 0, end - from);
      const listedNow = order === 'newest' ? places.reverse() : places;
      const next = formatInstant(timeOf(end));
      return { body: { entries: listedNow.map(entries.cockroachdb), next_starting_from: next } };
    }
  }
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const { body, total } = answer(pathname, searchParams);
  response.setHeader('Content-Type', 'application/json');
  if (total !== undefined) response.setHeader('Upcloud-Total-Count', String(total));
  response.end(JSON.stringify(body));
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
