/**
 * Records over HTTP, with server and load generator on the same machine:
 * `node bench/ingest.ts [seconds a path] [organisations]`. Every counted event is durable, queryable and in the tree. Each
 * figure is compared with plain SQLite inserts and disk syncs of the same run.
 */
import { ServerProcess } from '../test/server-process.fixture.ts';
import { apiEvent } from './api-events.ts';
import { Connection, requestBytes } from './connection.ts';
import {
  type Figure,
  millis,
  perSecond,
  plainInsertsPerSecond,
  printFigures,
  printRow,
  quantile,
  syncsPerSecond,
  whole,
} from './figures.ts';

/** The ways of recording that are measured. */
export const recordingShapes = [
  { name: 'one event a request, 50 connections', connections: 50, batch: 1, target: 5_000 },
  { name: 'batches of 50, 16 connections', connections: 16, batch: 50, target: 25_000 },
  { name: 'batches of 1,000, 4 connections', connections: 4, batch: 1_000, target: 40_000 },
];

/** A new server still compiles its hot code; one that has run for a while does not. */
const warmUpSeconds = 2;

const benchEpoch = Date.UTC(2026, 0, 1) * 1_000;

/** Events as the body of a request. The number of an event decides its id and time. */
export function eventLines(firstNumber: number, count: number): string {
  const lines: string[] = [];
  for (let number = firstNumber; number < firstNumber + count; number += 1) {
    const { createdAt: _, ...event } = apiEvent(number, benchEpoch);
    const createdAt = new Date((benchEpoch + number * 10_000) / 1_000).toISOString();
    lines.push(JSON.stringify({ ...event, createdAt }));
  }
  return lines.join('\n');
}

/** Measures each way of recording for some seconds, with events numbered from `firstNumber` on. */
export async function measureIngest(
  url: string,
  keys: readonly string[],
  seconds: number,
  firstNumber: number,
): Promise<Figure[]> {
  let number = firstNumber;
  const inserts = plainInsertsPerSecond(eventLines(number, 1_000).split('\n'), 1_000);
  printRow('reference: disk syncs', `${whole(syncsPerSecond())}/s`);
  printRow('reference: plain inserts, 1,000 a commit', `${whole(inserts)}/s`);
  const figures: Figure[] = [];
  for (const { name, connections, batch, target } of recordingShapes) {
    // Prepared, so that creating them is not measured; enough for well over the target.
    const most = target * (warmUpSeconds + seconds) * 1.5;
    const requests = Array.from({ length: Math.ceil(most / batch) }, (_, n) => {
      const body = eventLines(number, batch);
      number += batch;
      return requestBytes('POST', '/v1/audit/events', keys[n % keys.length] ?? '', body);
    });
    const waits: number[] = [];
    let next = 0;
    const began = performance.now() + warmUpSeconds * 1_000;
    const end = began + seconds * 1_000;
    const drive = async () => {
      const connection = await Connection.open(url);
      while (performance.now() < end && next < requests.length) {
        const request = requests[next] as Buffer;
        next += 1;
        const asked = performance.now();
        const { status, body } = await connection.ask(request);
        if (status !== 201) throw new Error(`${status} ${body}`);
        if (asked >= began) waits.push(performance.now() - asked);
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: connections }, drive));
    const rate = perSecond(waits.length * batch, performance.now() - began);
    figures.push({
      path: name,
      figure: `${whole(rate)}/s`,
      target: `${whole(target)}/s${batch === 1 ? ', p99 40 ms' : ''}`,
      ratio: `${(rate / inserts).toFixed(2)} of plain inserts`,
      more: `p50 ${millis(quantile(waits, 0.5))}, p99 ${millis(quantile(waits, 0.99))}`,
    });
  }
  return figures;
}

/** Creates organisations with a key each. */
export async function makeOrganisations(server: ServerProcess, count: number): Promise<string[]> {
  const keys: string[] = [];
  for (let n = 0; n < count; n += 1) keys.push((await server.organisation(`bench-${n}`)).key);
  return keys;
}

if (import.meta.main) {
  const [seconds = 5, organisations = 50] = process.argv.slice(2).map(Number);
  await using server = await ServerProcess.start();
  const keys = await makeOrganisations(server, organisations);
  printFigures(await measureIngest(server.url, keys, seconds, 0));
}
