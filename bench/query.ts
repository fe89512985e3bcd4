/**
 * Asking over HTTP: `node bench/query.ts [events] [organisations]`. Fills a server through its API, then measures the
 * pages people ask for. Each figure stands beside an answer that touches no event (`/healthz`).
 */
import { ServerProcess } from '../test/server-process.ts';
import { apiEvent } from './api-events.ts';
import { Connection, requestBytes } from './connection.ts';
import { millis, perSecond, printRow, quantile, whole } from './figures.ts';

const [events = 200_000, organisations = 50] = process.argv.slice(2).map(Number);
const batch = 1_000;
const epoch = Date.UTC(2026, 0, 1) * 1_000;

await using server = await ServerProcess.start();
const keys: string[] = [];
for (let n = 0; n < organisations; n += 1) keys.push((await server.organisation(`bench-${n}`)).key);
const connection = await Connection.open(server.url);

const began = performance.now();
for (let done = 0; done < events; done += batch) {
  const lines = Array.from({ length: batch }, (_, n) => {
    const { createdAt: _at, ...event } = apiEvent(done + n, epoch);
    const createdAt = new Date((epoch + (done + n) * 10_000) / 1_000).toISOString();
    return JSON.stringify({ ...event, createdAt });
  });
  const key = keys[(done / batch) % organisations] ?? '';
  const answer = await connection.ask(
    requestBytes('POST', '/v1/audit/events', key, lines.join('\n')),
  );
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body}`);
}
printRow(
  'filled',
  `${whole(events)} events`,
  `${whole(perSecond(events, performance.now() - began))}/s`,
);

/** Asks the same of each organisation in turn. */
async function measure(path: string, times = 200): Promise<number[]> {
  const waits: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const request = requestBytes('GET', path, keys[n % keys.length] ?? '');
    const asked = performance.now();
    const { status, body } = await connection.ask(request);
    waits.push(performance.now() - asked);
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
  }
  return waits;
}

await measure('/v1/audit');
const reference = quantile(await measure('/healthz'), 0.5);
const lastPage = Math.max(1, Math.floor(events / organisations / 50));

printRow('', 'p50', 'p95', 'times /healthz');
for (const [name, path] of [
  ['newest page', '/v1/audit'],
  ['by action', '/v1/audit?action=kms.rotate'],
  ['by resource type', '/v1/audit?resourceType=vpc'],
  ['by status', '/v1/audit?responseStatus=500'],
  ['by a user nobody is', '/v1/audit?userIdentity=nobody'],
  ['rare text', '/v1/audit?searchText=zebrafish'],
  ['common text', '/v1/audit?searchText=asked'],
  ['time range', '/v1/audit?from=2026-01-01T00:10:00Z&to=2026-01-01T00:20:00Z'],
  ['oldest first', '/v1/audit?order=asc'],
  ['last page by number', `/v1/audit?page=${lastPage}`],
  ['filter options', '/v1/audit/filter-options'],
] as const) {
  const waits = await measure(path);
  const p50 = quantile(waits, 0.5);
  printRow(name, millis(p50), millis(quantile(waits, 0.95)), (p50 / reference).toFixed(1));
}
connection.close();
