/**
 * Memory and processor time of the server in each phase: `node bench/memory.ts [events] [organisations]`. It works on a
 * copy of the data that `npm run bench` with the same numbers created. Linux only, because it reads `/proc`.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ServerProcess } from '../test/server-process.fixture.ts';
import { Connection, requestBytes } from './connection.ts';
import { curlAll, exportAll } from './export-all.ts';
import { printRow, whole } from './figures.ts';
import { eventLines } from './ingest.ts';
import { processorSeconds, statusOf } from './processes.ts';
import { measureQueries, preparedData } from './query.ts';

const [events = '1000000', organisations = '50'] = process.argv.slice(2);
const prepared = preparedData(events, organisations);

/** After this time the threads that are not needed have ended. */
const restMillis = 20_000;

const ways = [
  { connections: 50, batch: 1, requests: 4_000 },
  { connections: 16, batch: 50, requests: 2_000 },
  { connections: 4, batch: 1_000, requests: 250 },
];

let number = 1_000_000_000;

async function record(
  url: string,
  keys: readonly string[],
  connections: number,
  batch: number,
  requests: number,
): Promise<void> {
  let next = 0;
  const drive = async () => {
    const connection = await Connection.open(url);
    while (next < requests) {
      const key = keys[next++ % keys.length] ?? '';
      const body = eventLines(number, batch);
      number += batch;
      const { status } = await connection.ask(requestBytes('POST', '/v1/audit/events', key, body));
      if (status !== 201) throw new Error(`${status}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, drive));
}

const scratch = await mkdtemp(join(tmpdir(), 'annals-memory-'));
try {
  const data = join(scratch, 'data');
  await cp(prepared, data, { recursive: true });
  const keys = JSON.parse(await readFile(join(prepared, 'bench-keys.json'), 'utf8')) as string[];
  const server = await ServerProcess.on(data);
  const pid = server.pid!;
  const megabytes = (value = 0) => value.toFixed(0).padStart(5);
  const phase = async (name: string, work: () => Promise<unknown>) => {
    // Resets the peak to the current memory.
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    const before = await processorSeconds(pid);
    await work();
    const used = (await processorSeconds(pid)) - before;
    const { VmHWM, VmRSS, RssAnon, RssFile } = await statusOf(pid);
    printRow(
      name,
      `peak ${megabytes(VmHWM)} MB`,
      `then ${megabytes(VmRSS)} MB (${megabytes(RssAnon)} own, ${megabytes(RssFile)} of files)`,
      `${used.toFixed(1)} s of processor`,
    );
  };
  const [key = ''] = keys;
  printRow('start', `peak ${megabytes((await statusOf(pid)).VmHWM)} MB`);
  await phase('at rest', () => setTimeout(restMillis));
  await phase('export, NDJSON over HTTP', () => curlAll(server.url, key, '/dev/null'));
  await phase('again', () => curlAll(server.url, key, '/dev/null'));
  await phase('export, JSON by the command', () => exportAll(server.url, key, scratch));
  await phase('questions of all kinds', () => measureQueries(server.url, keys, Number(events)));
  await phase('again', () => measureQueries(server.url, keys, Number(events)));
  await phase('at rest', () => setTimeout(restMillis));
  for (const { connections, batch, requests } of ways) {
    const name = `recording ${whole(batch * requests)}, ${batch} a request`;
    await phase(name, () => record(server.url, keys, connections, batch, requests));
  }
  await phase('at rest', () => setTimeout(restMillis));
  await server.end('SIGTERM');
} finally {
  await rm(scratch, { recursive: true, force: true });
}
