/**
 * Many small logs: `node bench/organisations.ts [organisations] [events of each]`. It fills a server through its API,
 * measures memory and rate, then starts it again. The same events go into 50 organisations first, for comparison. Linux
 * only, because it reads `/proc`. `ANNALS_BENCH_DATA` names a directory that keeps the filled server for another run, which
 * then only measures the start.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { operatorKey, ServerProcess } from '../test/server-process.fixture.ts';
import { Connection, requestBytes } from './connection.ts';
import { millis, perSecond, printRow, quantile, whole } from './figures.ts';
import { eventLines } from './ingest.ts';
import { memoryOf, processorSeconds } from './processes.ts';

const [organisations = 2_000, events = 50] = process.argv.slice(2).map(Number);
const keptData = process.env.ANNALS_BENCH_DATA;

const connections = 16;
const fewOrganisations = 50;
/** After this time everything that is done in the background is done, and threads without work have ended. */
const restMillis = 35_000;
/** So many logs are asked for the first time. */
const asked = 500;

/** Runs `work` for every number below `count`, some at a time, each on a connection of its own. */
async function forEachNumber(
  url: string,
  count: number,
  work: (number: number, connection: Connection) => Promise<void>,
): Promise<void> {
  let next = 0;
  const drive = async () => {
    const connection = await Connection.open(url);
    while (next < count) await work(next++, connection);
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, drive));
}

async function answerOf(connection: Connection, request: Buffer): Promise<string> {
  const { status, body } = await connection.ask(request);
  if (status >= 300) throw new Error(`${status} ${body}`);
  return String(body);
}

async function createOrganisations(url: string, count: number): Promise<string[]> {
  const keys: string[] = [];
  const post = (path: string, body: object) =>
    requestBytes('POST', path, operatorKey, JSON.stringify(body), 'application/json');
  await forEachNumber(url, count, async (number, connection) => {
    const slug = `bench-${number}`;
    await answerOf(connection, post('/v1/organisations', { slug, name: slug }));
    const key = { organisation: slug, role: 'org-admin', name: 'bench' };
    const created = await answerOf(connection, post('/v1/keys', key));
    keys[number] = (JSON.parse(created) as { key: string }).key;
  });
  return keys;
}

/** Sends `requests` batches to one organisation after the other. Returns events a second, and CPU time of an event in µs. */
async function fill(
  server: ServerProcess,
  keys: readonly string[],
  requests: number,
): Promise<[rate: number, micros: number]> {
  const [before, began] = [await processorSeconds(server.pid!), performance.now()];
  await forEachNumber(server.url, requests, async (number, connection) => {
    const key = keys[number % keys.length]!;
    const lines = eventLines(number * events, events);
    await answerOf(connection, requestBytes('POST', '/v1/audit/events', key, lines));
  });
  const seconds = (await processorSeconds(server.pid!)) - before;
  return [
    perSecond(requests * events, performance.now() - began),
    (seconds * 1_000_000) / (requests * events),
  ];
}

async function measureFilling(data: string): Promise<string[]> {
  let few: readonly [number, number];
  {
    await using server = await ServerProcess.start();
    const keys = await createOrganisations(server.url, fewOrganisations);
    few = await fill(server, keys, Math.min(organisations, 4_000));
  }
  const server = await ServerProcess.on(data);
  const began = performance.now();
  const keys = await createOrganisations(server.url, organisations);
  printRow('created', `${whole(perSecond(organisations, performance.now() - began))}/s`);
  const many = await fill(server, keys, organisations);
  for (const [name, [rate, micros]] of [
    [`recorded into ${fewOrganisations}`, few],
    [`recorded into ${whole(organisations)}`, many],
  ] as const) {
    printRow(name, `${whole(rate)}/s`, `${micros.toFixed(1)} µs of CPU`);
  }
  const { now, peak } = await memoryOf(server.pid!);
  printRow('memory after it', `${whole(now)} MB`, `peak ${whole(peak)} MB`);
  await setTimeout(restMillis);
  printRow(
    `memory after ${restMillis / 1_000} s`,
    `${whole((await memoryOf(server.pid!)).now)} MB`,
  );
  await server.end('SIGTERM');
  return keys;
}

async function uncheckedLogs(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^annals_unchecked_logs (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

/** The first answers come while logs are still being checked. */
async function measureStart(data: string, keys: readonly string[]): Promise<void> {
  const began = performance.now();
  await using server = await ServerProcess.on(data);
  const pid = server.pid!;
  const took = performance.now() - began;
  printRow('start', millis(took), `${(await processorSeconds(pid)).toFixed(1)} s of CPU`);
  printRow('memory after the start', `${whole((await memoryOf(pid)).now)} MB`);
  const connection = await Connection.open(server.url);
  for (const [name, path] of [
    ['newest page', '/v1/audit?limit=50'],
    ['count', '/v1/audit?limit=1&responseStatus=403'],
    ['checkpoint', '/v1/audit/checkpoint'],
  ] as const) {
    const waits: number[] = [];
    for (let n = 0; n < asked; n += 1) {
      const key = keys[Math.floor((n * keys.length) / asked)]!;
      const sentAt = performance.now();
      await answerOf(connection, requestBytes('GET', path, key));
      waits.push(performance.now() - sentAt);
    }
    const most = Math.max(...waits);
    const [p50, p95] = [quantile(waits, 0.5), quantile(waits, 0.95)];
    printRow(
      `${name} of ${asked} logs`,
      `p50 ${millis(p50)}`,
      `p95 ${millis(p95)}`,
      `max ${millis(most)}`,
    );
  }
  connection.close();
  while ((await uncheckedLogs(server.url)) > 0) await setTimeout(100);
  const checked = performance.now() - began;
  printRow(
    'all logs checked after',
    millis(checked),
    `${(await processorSeconds(pid)).toFixed(1)} s of CPU`,
    `peak ${whole((await memoryOf(pid)).peak)} MB`,
  );
  await setTimeout(restMillis);
  printRow(`memory after ${restMillis / 1_000} s`, `${whole((await memoryOf(pid)).now)} MB`);
  await server.end('SIGTERM');
}

const scratch = await mkdtemp(join(tmpdir(), 'annals-organisations-'));
try {
  const data = join(scratch, 'data');
  const kept = keptData ?? join(scratch, 'kept');
  const keysFile = join(kept, 'bench-keys.json');
  if (!existsSync(keysFile)) {
    await mkdir(kept, { recursive: true });
    const keys = await measureFilling(kept);
    await writeFile(keysFile, JSON.stringify(keys));
  }
  const keys = JSON.parse(await readFile(keysFile, 'utf8')) as string[];
  await cp(kept, data, { recursive: true });
  await measureStart(data, keys);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
