/**
 * The paths that matter, in one table: `npm run bench -- [events] [organisations] [seconds a way of recording]`. Its data
 * is created once for each size and kept in `bench/.data`; every run works on a copy. The table is also saved there as
 * JSON. `docs/operate/performance.md` says what each line means, and what limits it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../test/server-process.fixture.ts';
import { curlAll, exportAll } from './export-all.ts';
import { type Figure, millis, perSecond, printFigures, whole } from './figures.ts';
import { makeOrganisations, measureIngest } from './ingest.ts';
import { comparePeers, printComparison } from './peers/compare.ts';
import { fill, measureQueries, preparedData } from './query.ts';

const [events = 1_000_000, organisations = 50, seconds = 5] = process.argv.slice(2).map(Number);
const kept = fileURLToPath(new URL('.data', import.meta.url));
const prepared = preparedData(events, organisations);
const program = fileURLToPath(new URL('../bin/annals.js', import.meta.url));

/** Creates the data once. A directory without its keys is not finished. */
async function makeData(): Promise<string[]> {
  const keysFile = join(prepared, 'bench-keys.json');
  if (existsSync(keysFile)) return JSON.parse(await readFile(keysFile, 'utf8')) as string[];
  await rm(prepared, { recursive: true, force: true });
  await mkdir(prepared, { recursive: true });
  const server = await ServerProcess.on(prepared);
  const keys = await makeOrganisations(server, organisations);
  await fill(server.url, keys, events);
  await untilSealed();
  await server.end('SIGTERM');
  await writeFile(keysFile, JSON.stringify(keys));
  return keys;
}

/** Waits until only the active segment is still a database. */
async function untilSealed(): Promise<void> {
  const unsealed = async () => {
    const names = await readdir(join(prepared, 'segments'));
    return names.filter((name) => name.endsWith('.db')).length;
  };
  while ((await unsealed()) > 1) await setTimeout(100);
}

async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

/** The peak resident memory of a process so far, in bytes. */
async function peakMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
}

const megabytes = (bytes: number) => `${whole(bytes / 1_000_000)} MB`;

/** The seconds to copy a file, and for one SHA-256 pass over it. */
async function copySeconds(file: string): Promise<{ copy: number; hash: number }> {
  let began = performance.now();
  await pipeline(createReadStream(file), createWriteStream(`${file}.copy`));
  const copy = (performance.now() - began) / 1_000;
  began = performance.now();
  await pipeline(createReadStream(file), createHash('sha256'));
  return { copy, hash: (performance.now() - began) / 1_000 };
}

/** With curl, as a user would: a client in Node takes longer than the server. */
async function measureHttpExport(url: string, key: string, scratch: string): Promise<Figure> {
  const file = join(scratch, 'export.ndjson');
  const began = performance.now();
  const firstByte = await curlAll(url, key, file);
  const took = performance.now() - began;
  const { copy } = await copySeconds(file);
  const count = await linesIn(file);
  return {
    path: `the same, NDJSON over HTTP to a file`,
    figure: `${whole(perSecond(count, took))}/s`,
    target: '300,000/s, first byte 100 ms',
    ratio: `${(took / 1_000 / copy).toFixed(1)} times copying it`,
    more: `first byte ${millis(firstByte)}`,
  };
}

async function linesIn(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(file)) {
    for (const byte of chunk as Buffer) if (byte === 0x0a) lines += 1;
  }
  return lines;
}

async function measureCommandExport(url: string, key: string, scratch: string): Promise<Figure> {
  const began = performance.now();
  const memory = await exportAll(url, key, scratch);
  const took = performance.now() - began;
  const { hash } = await copySeconds(join(scratch, 'all.json'));
  const { entries } = JSON.parse(await readFile(join(scratch, 'all.manifest.json'), 'utf8')) as {
    entries: number;
  };
  return {
    path: `JSON array through the command, ${whole(entries)} events`,
    figure: `${whole(perSecond(entries, took))}/s`,
    target: '150,000/s, 150 MB',
    ratio: `${(took / 1_000 / hash).toFixed(1)} times hashing it`,
    more: `command ${megabytes(memory)}`,
  };
}

const keys = await makeData();
const scratch = await mkdtemp(join(tmpdir(), 'annals-bench-'));
try {
  const data = join(scratch, 'data');
  await cp(prepared, data, { recursive: true });
  const began = performance.now();
  const server = await ServerProcess.on(data);
  const startMillis = performance.now() - began;
  const bare = performance.now();
  await once(spawn(process.execPath, [program, '--version'], { stdio: 'ignore' }), 'close');
  const figures: Figure[] = [
    {
      path: `start with ${whole(events)} events`,
      figure: millis(startMillis),
      target: '1 s',
      ratio: `${(startMillis / (performance.now() - bare)).toFixed(1)} times --version`,
      more: '',
    },
    await measureCommandExport(server.url, keys[0] ?? '', scratch),
    {
      path: 'peak memory of the server in its start and this export',
      figure: megabytes(await peakMemory(server.pid)),
      target: '200 MB',
      ratio: '',
      more: '',
    },
    await measureHttpExport(server.url, keys[0] ?? '', scratch),
    ...(await measureQueries(server.url, keys, events)),
  ];
  const reading = await peakMemory(server.pid);
  figures.push(...(await measureIngest(server.url, keys, seconds, 1_000_000_000)));
  const bytes = await bytesBelow(join(prepared, 'segments'));
  figures.push(
    {
      path: 'stored bytes an event',
      figure: (bytes / events).toFixed(0),
      target: '300',
      ratio: '',
      more: `${megabytes(bytes)} in all`,
    },
    {
      path: 'peak memory of the server',
      figure: megabytes(await peakMemory(server.pid)),
      target: '',
      ratio: '',
      more: `${megabytes(reading)} before recording`,
    },
  );
  const comparisons = await comparePeers(server, keys, events, seconds);
  await server.end('SIGTERM');
  printFigures(figures);
  if (comparisons !== undefined) printComparison(comparisons);
  await writeFile(
    join(kept, `result-${events}-${organisations}.json`),
    `${JSON.stringify({ events, organisations, figures, comparisons }, null, 2)}\n`,
  );
} finally {
  await rm(scratch, { recursive: true, force: true });
}
