/**
 * Queries over HTTP: `node bench/query.ts [events] [organisations]`. It fills a server through its API, then measures
 * common queries: of the one large log and of the small ones, for the first time and again. Each figure is compared with
 * a response that reads no event (`/healthz`).
 */
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../test/server-process.fixture.ts';
import { actions, id, rareWords } from './api-events.ts';
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

/** The directory with data of this size, which `run.ts` creates. Its number goes up when `fill` fills differently. */
export function preparedData(events: number | string, organisations: number | string): string {
  return fileURLToPath(new URL(`.data/2-${events}-${organisations}`, import.meta.url));
}

/**
 * Records events numbered from 0, a batch at a time: every second batch for the first organisation, so that there is a
 * large log, the others for one other organisation after the other.
 */
export async function fill(
  url: string,
  [large = '', ...small]: readonly string[],
  events: number,
): Promise<void> {
  const batches = Math.ceil(events / batch);
  const smallOf = (turn: number) => small[Math.floor(turn / 2) % small.length] ?? large;
  const began = performance.now();
  // Two connections at a time, each with logs of its own, so that every run has the same logs.
  await Promise.all([
    fillEverySecond(url, 0, batches, () => large),
    fillEverySecond(url, 1, batches, smallOf),
  ]);
  printRow(
    'filled',
    `${whole(events)} events`,
    `${whole(perSecond(events, performance.now() - began))}/s`,
  );
}

async function fillEverySecond(
  url: string,
  first: 0 | 1,
  batches: number,
  keyOf: (turn: number) => string,
): Promise<void> {
  const connection = await Connection.open(url);
  const requestOf = (turn: number): Buffer =>
    requestBytes('POST', '/v1/audit/events', keyOf(turn), eventLines(turn * batch, batch));
  let request = requestOf(first);
  for (let turn = first; turn < batches; turn += 2) {
    const answering = connection.ask(request);
    // The next request is created while the server works.
    if (turn + 2 < batches) request = requestOf(turn + 2);
    const { status, body } = await answering;
    if (status !== 201) throw new Error(`${status} ${body}`);
  }
  connection.close();
}

/** A question in several variants, none of which answers another one. */
interface Question {
  readonly name: string;
  readonly paths: readonly string[];
  readonly target: string;
}

const users = Array.from({ length: 64 }, (_, user) => id('user', user));
const resources = Array.from({ length: 64 }, (_, resource) => id('kms', resource));
const services = [...new Set(actions.map((action) => action.split('.')[0]))];
const minutes = Array.from({ length: 30 }, (_, minute) => String(minute).padStart(2, '0'));
const bucketCounts = Array.from({ length: 30 }, (_, nth) => 40 + nth * 2);
const page = 'p50 1, p95 2.5 ms';

function questionsOf(eventsInLog: number, isLarge: boolean): Question[] {
  const lastPage = Math.floor(eventsInLog / 50);
  const farPages = Array.from({ length: 20 }, (_, nth) => Math.max(1, lastPage - nth));
  return [
    { name: 'newest page', paths: ['/v1/audit'], target: page },
    {
      name: 'page by action',
      paths: actions.map((action) => `/v1/audit?action=${action}`),
      target: page,
    },
    {
      name: 'page by user',
      paths: users.map((user) => `/v1/audit?userIdentity=${user}`),
      target: page,
    },
    {
      name: 'page by action and status',
      paths: actions.map((action) => `/v1/audit?action=${action}&responseStatus=403`),
      target: '',
    },
    {
      name: 'page by resource type',
      paths: services.map((service) => `/v1/audit?resourceType=${service}`),
      target: page,
    },
    {
      name: 'page by a user nobody is',
      paths: users.map((user) => `/v1/audit?userIdentity=no-${user}`),
      target: page,
    },
    {
      name: 'page by rare text',
      paths: rareWords.map((word) => `/v1/audit?searchText=${word}`),
      target: isLarge && eventsInLog > 2_500_000 ? 'p95 20 ms' : 'p95 8 ms',
    },
    {
      name: 'page by common text',
      paths: services.map((service) => `/v1/audit?searchText=asked%20${service}`),
      target: '',
    },
    {
      name: 'page of a time range',
      paths: minutes.map(
        (minute) => `/v1/audit?from=2026-01-01T00:${minute}:00Z&to=2026-01-01T00:${minute}:30Z`,
      ),
      target: page,
    },
    {
      name: 'page at the far end of a walk',
      paths: farPages.map((number) => `/v1/audit?page=${number}`),
      target: page,
    },
    {
      name: 'exact count with a filter',
      paths: resources.map((resource) => `/v1/audit?limit=1&resourceIdentity=${resource}`),
      target: 'p95 20 ms',
    },
    {
      name: 'histogram',
      paths: bucketCounts.map((buckets) => `/v1/audit/histogram?buckets=${buckets}`),
      target: isLarge && eventsInLog > 2_500_000 ? 'p95 300 ms' : 'p95 100 ms',
    },
    {
      name: 'histogram by user',
      paths: users.map((user) => `/v1/audit/histogram?userIdentity=${user}`),
      target: isLarge && eventsInLog > 2_500_000 ? 'p95 300 ms' : 'p95 100 ms',
    },
    {
      name: 'facets',
      paths: ['/v1/audit/facets'],
      target: isLarge && eventsInLog > 2_500_000 ? 'p95 500 ms' : 'p95 150 ms',
    },
    {
      name: 'facets by user',
      paths: users.map((user) => `/v1/audit/facets?userIdentity=${user}`),
      target: isLarge && eventsInLog > 2_500_000 ? 'p95 500 ms' : 'p95 150 ms',
    },
    { name: 'filter options', paths: ['/v1/audit/filter-options'], target: '' },
  ];
}

const repetitions = 200;

/**
 * Asks every question in all its variants, and then all of them again and again: first of the small logs, one after the
 * other, which nobody has asked anything until then, and then of the large one.
 */
export async function measureQueries(
  url: string,
  [large = '', ...small]: readonly string[],
  events: number,
): Promise<Figure[]> {
  const connection = await Connection.open(url);
  const waitFor = async (path: string, key: string): Promise<number> => {
    const request = requestBytes('GET', path, key);
    const sentAt = performance.now();
    const { status, body } = await connection.ask(request);
    const wait = performance.now() - sentAt;
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
    return wait;
  };
  const healths: number[] = [];
  for (let n = 0; n < repetitions; n += 1) healths.push(await waitFor('/healthz', large));
  const health = quantile(healths, 0.5);
  const figures: Figure[] = [];
  const fresh: number[] = [];
  for (const key of small) fresh.push(await waitFor('/v1/audit', key));
  figures.push({
    path: 'logs never asked: newest page',
    figure: quantiles(fresh),
    target: '',
    ratio: `${(quantile(fresh, 0.5) / health).toFixed(1)} times /healthz`,
    more: `${small.length} logs, each once`,
  });
  const kinds = [
    { name: 'small logs', keys: small, eventsInLog: events / 2 / small.length },
    { name: 'large log', keys: [large], eventsInLog: events / 2 },
  ];
  for (const { name, keys, eventsInLog } of kinds) {
    for (const { name: question, paths, target } of questionsOf(
      eventsInLog,
      name === 'large log',
    )) {
      const asked = Array.from({ length: Math.max(paths.length, keys.length) }, (_, n) => ({
        path: paths[n % paths.length] ?? '',
        key: keys[n % keys.length] ?? '',
      }));
      const first: number[] = [];
      for (const { path, key } of asked) first.push(await waitFor(path, key));
      const again: number[] = [];
      for (let n = 0; n < repetitions; n += 1) {
        const { path, key } = asked[n % asked.length]!;
        again.push(await waitFor(path, key));
      }
      figures.push({
        path: `${name}: ${question}`,
        figure: quantiles(again),
        target,
        ratio: `${(quantile(again, 0.5) / health).toFixed(1)} times /healthz`,
        more: `first time ${first.length === 1 ? millis(first[0]!) : quantiles(first)}`,
      });
    }
  }
  connection.close();
  return figures;
}

const quantiles = (waits: number[]) =>
  `p50 ${quantile(waits, 0.5).toFixed(2)}, p95 ${quantile(waits, 0.95).toFixed(2)} ms`;

if (import.meta.main) {
  const [events = 200_000, organisations = 50] = process.argv.slice(2).map(Number);
  await using server = await ServerProcess.start();
  const keys = await makeOrganisations(server, organisations);
  await fill(server.url, keys, events);
  printFigures(await measureQueries(server.url, keys, events));
}
