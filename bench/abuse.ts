/**
 * How long `/healthz` takes on another connection while one key sends bodies that want to stop the server, compared with
 * an idle server: `node bench/abuse.ts`. Exits with 1 when one response took longer than 250 ms.
 */
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  type AbusiveBody,
  abusiveBodies,
  largeBatch,
  peakMebibytes,
  sendAbusive,
  sendAlmost,
} from '../test/faults/abusive-bodies.fixture.ts';
import { ServerProcess } from '../test/server-process.fixture.ts';

const mostMillis = 250;

await using server = await ServerProcess.start();
const { key } = await server.organisation('attacker');
const probe = new Worker(new URL('health-probe.ts', import.meta.url), { workerData: server.url });
let millis: number[] = [];
probe.on('message', (one: number) => millis.push(one));

/** The longest and the middle response so far; begins anew. */
function takeMillis(): { worst: number; middle: number } {
  const sorted = millis.toSorted((one, other) => one - other);
  millis = [];
  return { worst: sorted.at(-1) ?? Infinity, middle: sorted[sorted.length >> 1] ?? Infinity };
}

let worstOfAll = 0;
function print(name: string, idle: number): void {
  const { worst, middle } = takeMillis();
  worstOfAll = Math.max(worstOfAll, worst);
  const ratio = (worst / idle).toFixed(1);
  process.stdout.write(
    `${name.padEnd(32)} ${middle.toFixed(1).padStart(8)} ${worst.toFixed(1).padStart(8)} ${ratio.padStart(8)}\n`,
  );
}

// The first responses are those of a program that is not compiled yet.
await setTimeout(2_000);
takeMillis();
await setTimeout(3_000);
const idle = takeMillis();
process.stdout.write(`ms of /healthz                     middle    worst  to idle\n`);
process.stdout.write(
  `${'an idle server'.padEnd(32)} ${idle.middle.toFixed(1).padStart(8)} ${idle.worst.toFixed(1).padStart(8)}\n`,
);

const send = (body: AbusiveBody) => sendAbusive(server.url, key, body);
for (const body of abusiveBodies()) {
  takeMillis();
  await send(body);
  // A body that is rejected at once leaves no time for a response.
  await setTimeout(200);
  print(body.name, idle.worst);
}
const batch = largeBatch();
await Promise.all(Array.from({ length: 64 }, () => send(batch)));
print('64 large batches at once', idle.worst);
const slow = await Promise.all(
  Array.from({ length: 60 }, () => sendAlmost(server.url, key, batch)),
);
await setTimeout(3_000);
print('60 bodies without their ends', idle.worst);
for (const connection of slow) connection[Symbol.dispose]();
await probe.terminate();

const peak = peakMebibytes(server.pid ?? 0);
if (peak !== undefined)
  process.stdout.write(`\nmost memory of the server: ${peak.toFixed(0)} MiB\n`);
if (worstOfAll > mostMillis) {
  process.stdout.write(`A response took ${worstOfAll.toFixed(0)} ms, more than ${mostMillis}\n`);
  process.exitCode = 1;
}
