/** A thread that asks `/healthz` over and over on one connection, and reports the milliseconds of each response. */
import { Agent, get } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = (): Promise<void> =>
  new Promise((resolve, reject) => {
    get(`${workerData}/healthz`, { agent }, (response) => {
      response.resume().on('end', resolve);
    }).on('error', reject);
  });

for (;;) {
  const began = performance.now();
  await ask();
  parentPort?.postMessage(performance.now() - began);
  await setTimeout(5);
}
