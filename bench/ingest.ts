/**
 * Recording over HTTP, server and load generator on the same machine:
 * `node bench/ingest.ts [seconds a path] [organisations]`. Every event is durable, queryable and in the tree when it
 * is counted. Each figure stands beside plain SQLite inserts and disk syncs of the same run.
 */
import { ServerProcess } from '../test/server-process.ts';
import { apiEvent } from './api-events.ts';
import { Connection, requestBytes } from './connection.ts';
import {
  millis,
  perSecond,
  plainInsertsPerSecond,
  printRow,
  quantile,
  syncsPerSecond,
  whole,
} from './figures.ts';

const [seconds = 5, organisations = 50] = process.argv.slice(2).map(Number);

const paths = [
  { name: 'one event a request, 50 connections', connections: 50, batch: 1, target: 5_000 },
  { name: 'batches of 50, 16 connections', connections: 16, batch: 50, target: 25_000 },
  { name: 'batches of 1,000, 4 connections', connections: 4, batch: 1_000, target: 40_000 },
];

const epoch = Date.UTC(2026, 0, 1) * 1_000;
let number = 0;

/** The next events as the body of a request, with ids and times of their own. */
function nextBody(count: number): string {
  const lines: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { createdAt: _, ...event } = apiEvent(number, epoch);
    const createdAt = new Date((epoch + number * 10_000) / 1_000).toISOString();
    lines.push(JSON.stringify({ ...event, createdAt }));
    number += 1;
  }
  return lines.join('\n');
}

await using server = await ServerProcess.start();
const keys: string[] = [];
for (let n = 0; n < organisations; n += 1) keys.push((await server.organisation(`bench-${n}`)).key);

const sample = nextBody(1_000).split('\n');
const inserts = plainInsertsPerSecond(sample, 1_000);
printRow('reference: disk syncs', `${whole(syncsPerSecond())}/s`);
printRow('reference: plain inserts, 1,000 a commit', `${whole(inserts)}/s`);
printRow('reference: bytes an event as sent', whole(sample.join('').length / sample.length));
printRow('', 'events/s', 'of plain inserts', 'target', 'p50', 'p99');

for (const { name, connections, batch, target } of paths) {
  // Made beforehand, so that making them is not measured; enough for well over the target.
  const requests = Array.from({ length: Math.ceil((target * seconds * 1.5) / batch) }, (_, n) =>
    requestBytes('POST', '/v1/audit/events', keys[n % keys.length] ?? '', nextBody(batch)),
  );
  const waits: number[] = [];
  let next = 0;
  const began = performance.now();
  const end = began + seconds * 1_000;
  const drive = async () => {
    const connection = await Connection.open(server.url);
    while (performance.now() < end && next < requests.length) {
      const request = requests[next] as Buffer;
      next += 1;
      const asked = performance.now();
      const { status, body } = await connection.ask(request);
      if (status !== 201) throw new Error(`${status} ${body}`);
      waits.push(performance.now() - asked);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, drive));
  const rate = perSecond(waits.length * batch, performance.now() - began);
  printRow(
    name,
    whole(rate),
    (rate / inserts).toFixed(2),
    whole(target),
    millis(quantile(waits, 0.5)),
    millis(quantile(waits, 0.99)),
  );
}
