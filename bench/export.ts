/**
 * Exporting through the command into files: `node bench/export.ts [entries] [source…]`. Prints entries a second and the
 * command's peak memory, beside writing and hashing the same bytes. The vendors are stand-ins that make their pages as
 * they are asked, in a process of their own; waits, such as CockroachDB's rate limit, are left out.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../test/server-process.ts';
import { apiEvent } from './api-events.ts';
import { Connection, requestBytes } from './connection.ts';
import { perSecond, printRow, whole } from './figures.ts';

const [entriesText = '1000000', ...wanted] = process.argv.slice(2);
const entries = Number(entriesText);
const sources = wanted.length > 0 ? wanted : ['annals', 'thalassa', 'upcloud', 'cockroachdb'];
const memoryTarget = 150;

const command = fileURLToPath(new URL('measured-command.ts', import.meta.url));
const moduleCache = fileURLToPath(new URL('../node_modules/.cache/annals', import.meta.url));
const vendorServer = fileURLToPath(new URL('vendor-server.ts', import.meta.url));
// A month ago, so that UpCloud's list is cheaper than its export of everything.
const last = Date.now() * 1_000;
const first = last - 30 * 86_400_000_000;
const window = [
  '--from',
  new Date(first / 1_000).toISOString(),
  '--to',
  new Date(last / 1_000 + 1).toISOString(),
];

const formats = [
  { name: 'json', flags: ['--format', 'json'] },
  { name: 'ndjson', flags: ['--format', 'ndjson'] },
  { name: 'csv', flags: ['--format', 'csv'] },
  { name: 'json, a file a day', flags: ['--daily'] },
  { name: 'json, zstd', flags: ['--compress', 'zstd'] },
];

/** Megabytes a second of hashing and writing, synced at the end. */
function referenceMegabytes(directory: string): number {
  const block = Buffer.alloc(1024 * 1024, 'annals ');
  const file = openSync(join(directory, 'reference'), 'w');
  const hash = createHash('sha256');
  const began = performance.now();
  for (let done = 0; done < 500; done += 1) {
    hash.update(block);
    writeSync(file, block);
  }
  fdatasyncSync(file);
  closeSync(file);
  return perSecond(500 * 1.048_576, performance.now() - began);
}

async function exportOnce(name: string, flags: readonly string[], env: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'annals-bench-export-'));
  try {
    const began = performance.now();
    const all = [...flags, ...window, '--quiet', '--output', `${directory}/`];
    const child = spawn(process.execPath, [command, 'export', ...all], {
      // As bin/annals.js does.
      env: { ...process.env, NODE_COMPILE_CACHE: moduleCache, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    const elapsed = performance.now() - began;
    if (code !== 0) throw new Error(`${name}: ${code} ${said}`);
    const bytes = readdirSync(directory).reduce(
      (sum, file) => sum + statSync(join(directory, file)).size,
      0,
    );
    const peak = Number(/peak (\d+)/.exec(said)?.[1]) / 1e6;
    printRow(
      name,
      whole(perSecond(entries, elapsed)),
      whole(perSecond(bytes / 1e6, elapsed)),
      `${whole(peak)} MB`,
      peak <= memoryTarget ? 'yes' : 'no',
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function startVendors(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [vendorServer, ...[entries, first, last].map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  return { child, url: `http://127.0.0.1:${String(port).trim()}` };
}

async function fill(server: ServerProcess, key: string): Promise<void> {
  const connection = await Connection.open(server.url);
  const step = Math.floor((last - first) / entries);
  for (let done = 0; done < entries; done += 1_000) {
    const lines = Array.from({ length: Math.min(1_000, entries - done) }, (_, n) => {
      const { createdAt: _at, ...event } = apiEvent(done + n, first);
      const createdAt = new Date((first + (done + n) * step) / 1_000).toISOString();
      return JSON.stringify({ ...event, createdAt });
    });
    const request = requestBytes('POST', '/v1/audit/events', key, lines.join('\n'));
    const { status, body } = await connection.ask(request);
    if (status !== 201) throw new Error(`${status} ${body}`);
  }
  connection.close();
}

const scratch = mkdtempSync(join(tmpdir(), 'annals-bench-'));
printRow('reference: hash and write', `${whole(referenceMegabytes(scratch))} MB/s`);
rmSync(scratch, { recursive: true });
printRow(
  `${whole(entries)} entries`,
  'entries/s',
  'MB/s',
  'peak memory',
  `under ${memoryTarget} MB`,
);

if (sources.includes('annals')) {
  await using server = await ServerProcess.start();
  const { key } = await server.organisation('bench');
  await fill(server, key);
  for (const { name, flags } of formats) {
    await exportOnce(`annals, ${name}`, flags, { ANNALS_API: server.url, ANNALS_KEY: key });
  }
}

const { child, url } = await startVendors();
for (const source of sources.filter((each) => each !== 'annals')) {
  for (const { name, flags } of formats) {
    const all = ['--source', source, '--api', url, '--token', 'bench', ...flags];
    await exportOnce(`${source}, ${name}`, all, {});
  }
}
child.kill();
