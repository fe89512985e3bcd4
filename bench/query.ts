/**
 * Queries over HTTP: `node bench/query.ts [events] [organisations]`. It fills a server through its API, then measures
 * common queries. Each figure is compared with a response that reads no event (`/healthz`).
 */
import { ServerProcess } from '../test/server-process.fixture.ts';
import { Connection, requestBytes } from './connection.ts';
import {
  type Figure,
  millis,
  perSecond,
  printFigures,
  printRow,
  quantile,
  whole,
} from './figures.ts';
import { eventLines, makeOrganisations } from './ingest.ts';

const batch = 1_000;

/**
 * Records events numbered from 0, a batch at a time: every second one for the first organisation, so that there is a
 * large log, the others for one organisation after the other.
 */
export async function fill(url: string, keys: readonly string[], events: number): Promise<void> {
  const began = performance.now();
  // Two connections at a time, each with logs of its own, so that every run has the same logs.
  await Promise.all([fillEverySecond(url, keys, 0, events), fillEverySecond(url, keys, 1, events)]);
  printRow(
    'filled',
    `${whole(events)} events`,
    `${whole(perSecond(events, performance.now() - began))}/s`,
  );
}

/** All even batches go to the first organisation, the odd ones to the others in turn. */
async function fillEverySecond(
  url: string,
  keys: readonly string[],
  firstTurn: 0 | 1,
  events: number,
): Promise<void> {
  const connection = await Connection.open(url);
  const turns = Math.ceil(events / batch);
  const requestOf = (turn: number): Buffer => {
    const key = keys[turn % 2 === 0 ? 0 : turn % keys.length] ?? '';
    return requestBytes('POST', '/v1/audit/events', key, eventLines(turn * batch, batch));
  };
  let request = requestOf(firstTurn);
  for (let turn = firstTurn; turn < turns; turn += 2) {
    const answering = connection.ask(request);
    // The next request is created while the server works.
    if (turn + 2 < turns) request = requestOf(turn + 2);
    const { status, body } = await answering;
    if (status !== 201) throw new Error(`${status} ${body}`);
  }
  connection.close();
}

/** Sends each query to one organisation after the other. */
export async function measureQueries(
  url: string,
  keys: readonly string[],
  events: number,
): Promise<Figure[]> {
  const connection = await Connection.open(url);
  const measure = async (path: string, times = 200): Promise<number[]> => {
    const waits: number[] = [];
    for (let n = 0; n < times; n += 1) {
      const request = requestBytes('GET', path, keys[n % keys.length] ?? '');
      const sentAt = performance.now();
      const { status, body } = await connection.ask(request);
      waits.push(performance.now() - sentAt);
      if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
    }
    return waits;
  };
  await measure('/v1/audit');
  const reference = quantile(await measure('/healthz'), 0.5);
  const big = events > 3_000_000;
  const page = big ? 'p95 10 ms' : 'p95 5 ms';
  const lastPage = Math.max(1, Math.floor(events / keys.length / 50));
  const questions = [
    ['newest page', '/v1/audit', page],
    ['page by action', '/v1/audit?action=kms.rotate', page],
    ['page by resource type', '/v1/audit?resourceType=vpc', page],
    ['page by status', '/v1/audit?responseStatus=500', page],
    ['page by a user nobody is', '/v1/audit?userIdentity=nobody', page],
    ['page by rare text', '/v1/audit?searchText=zebrafish', big ? 'p95 100 ms' : 'p95 30 ms'],
    ['page by common text', '/v1/audit?searchText=asked', ''],
    ['page of a time range', '/v1/audit?from=2026-01-01T00:10:00Z&to=2026-01-01T00:20:00Z', page],
    ['page at the far end of a walk', `/v1/audit?page=${lastPage}`, 'as the first'],
    [
      'exact count with a filter',
      '/v1/audit?limit=1&responseStatus=403',
      big ? 'p95 60 ms' : 'p95 20 ms',
    ],
    ['filter options', '/v1/audit/filter-options', ''],
  ] as const;
  const figures: Figure[] = [];
  for (const [name, path, target] of questions) {
    const waits = await measure(path);
    const p50 = quantile(waits, 0.5);
    figures.push({
      path: name,
      figure: `p95 ${millis(quantile(waits, 0.95))}`,
      target,
      ratio: `${(p50 / reference).toFixed(1)} times /healthz`,
      more: `p50 ${millis(p50)}`,
    });
  }
  connection.close();
  return figures;
}

if (import.meta.main) {
  const [events = 200_000, organisations = 50] = process.argv.slice(2).map(Number);
  await using server = await ServerProcess.start();
  const keys = await makeOrganisations(server, organisations);
  await fill(server.url, keys, events);
  printFigures(await measureQueries(server.url, keys, events));
}
