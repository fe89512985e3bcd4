/**
 * The three vendors' lists over so many entries that are made as they are asked for:
 * `node bench/vendor-server.ts <entries> <first> <last>` (microseconds). Prints its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatInstant, type Micros, parseInstant } from '../src/core/micros.ts';

const [count = 0, first = 0, last = 0] = process.argv.slice(2).map(Number);
const step = Math.max(1, Math.floor((last - first) / count));
const timeOf = (place: number): Micros => first + place * step;

/** The first entry at or after an instant. */
const placeAt = (text: string | null, otherwise: number): number => {
  const at = text === null ? otherwise : parseInstant(text, { truncate: true });
  const place = Math.ceil(((typeof at === 'number' ? at : otherwise) - first) / step);
  return Math.min(Math.max(place, 0), count);
};

const filling = {
  path: '/v1/vpcs/vpc-31c9aa/subnets',
  agent: 'a'.repeat(120),
  note: 'n'.repeat(300),
};

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
    context: { client_ip: '203.0.113.24', status: 200, ...filling },
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
    current_state: filling,
  }),
  cockroachdb: (place: number) => ({
    id: `id-${place}`,
    created_at: formatInstant(timeOf(place)),
    action: 'AUDIT_LOG_ACTION_CREATE_CLUSTER',
    source: 'AUDIT_LOG_SOURCE_CC_API',
    user_email: 'noor@example.org',
    payload: JSON.stringify(filling),
    metadata: null,
  }),
};

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, place) => from + place);

function answer(path: string, query: URLSearchParams): { body: object; total?: number } {
  const number = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise);
  switch (path) {
    case '/v1/audit': {
      const limit = number('limit', 100);
      const end = count - (number('page', 1) - 1) * limit;
      const items = range(Math.max(0, end - limit), end)
        .reverse()
        .map(entries.thalassa);
      return { body: { items, totalPages: Math.ceil(count / limit), itemsPerPage: limit } };
    }
    case '/1.3/audit-logs': {
      const from = placeAt(query.get('created_after'), first);
      const to = placeAt(query.get('created_before'), last);
      const end = to - number('offset', 0);
      const page = range(Math.max(from, end - number('limit', 100)), end).reverse();
      return { body: { audit_logs: page.map(entries.upcloud) }, total: to - from };
    }
    default: {
      const from = placeAt(query.get('starting_from'), first);
      const end = Math.min(from + number('limit', 200), count);
      const page = range(from, end).map(entries.cockroachdb);
      return { body: { entries: page, next_starting_from: formatInstant(timeOf(end)) } };
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
