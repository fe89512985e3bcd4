/**
 * Exports with the command into files: `node bench/export.ts [entries] [choice…] [setting=value…]`. It prints entries a
 * second, how that compares to only compressing, hashing and writing the same text, and the command's peak memory. At the
 * end it prints which exports used more memory than they may.
 *
 * The choices are sources (`annals`, `thalassa`, `upcloud`, `cockroachdb`), formats (`json`, `ndjson`, `csv`),
 * compressions (`plain`, `gzip`, `zstd`), and `whole` (one file), `daily`, or `first` (one file, by a command that never
 * ran before). Without a format and a compression: all of them into one file, JSON into a file a day, and plain JSON at
 * the first run. `node bench/export.ts 1000000 upcloud csv zstd daily` is one export. The settings are `bytes` (of an
 * entry, 800), `days` (of the window, 30), `order` (of the vendors' lists: `newest`, `oldest`, `shuffled`) and `times`
 * (how often to repeat each).
 *
 * `vendor-server.ts` imitates the vendors in a process of its own. Waits, such as for CockroachDB's rate limit, are left
 * out.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../test/server-process.fixture.ts';
import { apiEvent } from './api-events.ts';
import { Connection, requestBytes } from './connection.ts';
import { referencePerSecond } from './export-reference.ts';
import { perSecond, printRow, whole } from './figures.ts';
import { fillerText } from './filler-text.ts';

const dimensions = {
  source: ['annals', 'thalassa', 'upcloud', 'cockroachdb'],
  format: ['json', 'ndjson', 'csv'],
  compress: ['plain', 'gzip', 'zstd'],
  files: ['whole', 'daily', 'first'],
} as const;

type Cell = { readonly [D in keyof typeof dimensions]: (typeof dimensions)[D][number] };

const [entriesText = '1000000', ...choices] = process.argv.slice(2);
const entries = Number(entriesText);
const settings = { bytes: '800', days: '30', order: 'newest', times: '1' };
const chosen = new Set<string>();
const known: ReadonlySet<string> = new Set(Object.values(dimensions).flat());
for (const choice of choices) {
  const [name = '', value] = choice.split('=');
  if (value !== undefined && Object.hasOwn(settings, name))
    Object.assign(settings, { [name]: value });
  else if (known.has(choice)) chosen.add(choice);
  else throw new Error(`${choice} is not a choice; these are: ${[...known].join(', ')}`);
}
const memoryTarget = 150;

function cells(): Cell[] {
  const isNamed = (values: readonly string[]) => values.some((value) => chosen.has(value));
  const among = <T extends string>(values: readonly T[]) =>
    isNamed(values) ? values.filter((value) => chosen.has(value)) : values;
  const all = among(dimensions.source).flatMap((source) =>
    among(dimensions.files).flatMap((files) =>
      among(dimensions.format).flatMap((format) =>
        among(dimensions.compress).map((compress) => ({ source, format, compress, files })),
      ),
    ),
  );
  const isDefault = ({ files, format, compress }: Cell) =>
    files === 'whole' || (format === 'json' && (files === 'daily' || compress === 'plain'));
  const named = isNamed(dimensions.format) || isNamed(dimensions.compress);
  return named ? all : all.filter(isDefault);
}

const command = fileURLToPath(new URL('measured-command.ts', import.meta.url));
const vendorServer = fileURLToPath(new URL('vendor-server.ts', import.meta.url));
// The window ends now, so that UpCloud's list of a month is cheaper than its export of everything.
const last = Date.now() * 1_000;
const first = last - Number(settings.days) * 86_400_000_000;
const textAt = (micros: number) => new Date(micros / 1_000).toISOString();
const scratch = mkdtempSync(join(tmpdir(), 'annals-bench-export-'));
/** The compile cache, as `bin/annals.js` has one. */
const compiled = join(scratch, 'compiled');

async function runCommand(flags: readonly string[], env: Record<string, string>) {
  const began = performance.now();
  const child = spawn(process.execPath, [command, 'export', ...flags], {
    env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${flags.join(' ')}: ${code} ${said}`);
  return { millis: performance.now() - began, peak: Number(/peak (\d+)/.exec(said)?.[1]) / 1e6 };
}

const over: string[] = [];

async function measure(cell: Cell, access: readonly string[], env: Record<string, string>) {
  const { source, format, compress, files } = cell;
  const name = [source, format, compress, files].join(' ');
  const directory = mkdtempSync(join(scratch, 'files-'));
  try {
    if (files === 'first') rmSync(compiled, { recursive: true, force: true });
    const flags = [
      ...['--source', source, ...access, '--format', format],
      ...(compress === 'plain' ? [] : ['--compress', compress]),
      ...(files === 'daily' ? ['--daily'] : []),
      ...['--from', textAt(first), '--to', textAt(last + 1_000)],
      ...['--quiet', '--output', `${directory}/`],
    ];
    const { millis, peak } = await runCommand(flags, env);
    checkCount(name, directory);
    const reference = await referencePerSecond(directory, compress);
    const rate = perSecond(entries, millis);
    printRow(name, whole(rate), (rate / reference).toFixed(3), `${whole(peak)} MB`);
    if (peak > memoryTarget) over.push(`${name} (${whole(peak)} MB)`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** An export that is fast but not complete does not count. */
function checkCount(name: string, directory: string): void {
  const manifest = readdirSync(directory).find((file) => file.endsWith('.manifest.json')) ?? '';
  const { entries: written } = JSON.parse(readFileSync(join(directory, manifest), 'utf8')) as {
    entries: number;
  };
  if (written !== entries) throw new Error(`${name}: ${written} entries of ${entries}`);
}

async function startVendors(): Promise<{ child: ChildProcess; url: string }> {
  const made = [entries, first, last, settings.bytes, settings.order].map(String);
  const child = spawn(process.execPath, [vendorServer, ...made], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  return { child, url: `http://127.0.0.1:${String(port).trim()}` };
}

/** Records the events. A note makes each as long as the setting says. */
async function fill(server: ServerProcess, key: string): Promise<void> {
  const connection = await Connection.open(server.url);
  const step = Math.floor((last - first) / entries);
  const lack = Math.max(0, Number(settings.bytes) - 800);
  const batch = Math.min(1_000, Math.floor(8_000_000 / Number(settings.bytes)));
  for (let done = 0; done < entries; done += batch) {
    const lines = Array.from({ length: Math.min(batch, entries - done) }, (_, n) => {
      const { createdAt: _at, ...event } = apiEvent(done + n, first);
      const details = lack > 0 ? { details: { note: fillerText(done + n, lack) } } : {};
      return JSON.stringify({ ...event, createdAt: textAt(first + (done + n) * step), ...details });
    });
    const request = requestBytes('POST', '/v1/audit/events', key, lines.join('\n'));
    const { status, body } = await connection.ask(request);
    if (status !== 201) throw new Error(`${status} ${body}`);
  }
  connection.close();
}

/** Exports the newest thousand, so that the first measured export does not compile. */
async function warm(access: readonly string[], env: Record<string, string>): Promise<void> {
  const from = last - ((last - first) / entries) * 1_000;
  const directory = mkdtempSync(join(scratch, 'warm-'));
  const window = ['--from', textAt(from), '--to', textAt(last), '--output', `${directory}/`];
  await runCommand([...access, ...window, '--quiet'], env);
}

async function measureAll(all: Cell[], access: readonly string[], env: Record<string, string>) {
  for (const cell of all) {
    if (cell.files !== 'first') await warm(['--source', cell.source, ...access], env);
    for (let time = 0; time < Number(settings.times); time += 1) await measure(cell, access, env);
  }
}

const { bytes, days, order } = settings;
printRow(
  `${whole(entries)} entries of ${bytes} bytes, ${days} days, ${order}`,
  'entries/s',
  'of reference',
  'peak memory',
);
const all = cells();
const own = all.filter(({ source }) => source === 'annals');
if (own.length > 0) {
  await using server = await ServerProcess.start();
  const { key } = await server.organisation('bench');
  await fill(server, key);
  const access = ['--include-system-services'];
  await measureAll(own, access, { ANNALS_API: server.url, ANNALS_KEY: key });
}
const { child, url } = await startVendors();
const vendors = all.filter(({ source }) => source !== 'annals');
await measureAll(vendors, ['--api', url, '--token', 'bench'], {});
child.kill();
rmSync(scratch, { recursive: true });
console.log(`over ${memoryTarget} MB: ${over.join(', ') || 'none'}`);
