/**
 * Verifies an export: `node bench/verify.ts [events] [--shuffled]`. It creates an export of so many events with its proof,
 * then verifies it as `annals verify` does. It prints time and memory beside one plain SHA-256 pass over the same bytes in
 * the same run. With `--shuffled` the order of the export has nothing to do with that of the log.
 */
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatInstant, systemClock } from '../src/core/micros.ts';
import { nodeDisk } from '../src/export/disk.ts';
import { jsonFormat } from '../src/export/formats/json.ts';
import { defaultLimits } from '../src/export/limits.ts';
import { Prover } from '../src/export/proofs/prover.ts';
import { exportToFiles } from '../src/export/run-export.ts';
import type { Entry, OrderedSource } from '../src/export/stages.ts';
import { findExports } from '../src/export/verify/find-exports.ts';
import { verifyExport } from '../src/export/verify/verify-export.ts';
import { openWorkDirectory } from '../src/export/work-directory.ts';
import { signCheckpoint } from '../src/integrity/checkpoint.ts';
import { Frontier } from '../src/integrity/frontier.ts';
import { leafHash } from '../src/integrity/hash.ts';
import {
  formatVerifierKey,
  privateKeyFromSeed,
  signingKey,
  verifierKey,
} from '../src/integrity/keys.ts';
import { defaultPersonalPaths, eventTexts, personalPaths } from '../src/integrity/personal.ts';
import { testEpoch } from '../src/store/test-log.fixture.ts';
import { apiEvent, numbers } from './api-events.ts';

const events = Number(process.argv[2] ?? 1_000_000);
const shuffled = process.argv.includes('--shuffled');
/** For the process that creates the export, so that the memory of this one is only that of verifying. */
const madeIn = process.argv.includes('--make') ? process.argv.at(-1) : undefined;
const organisation = 'org-bench';
const origin = `annals.bench/${organisation}`;
const name = 'audit-logs.json';
const salt = new Uint8Array(16).fill(5);
const paths = personalPaths(defaultPersonalPaths);
const signal = new AbortController().signal;
const window = { from: testEpoch, to: testEpoch + events };

function line(what: string, ...figures: string[]): void {
  console.log(what.padEnd(34), ...figures.map((figure) => figure.padStart(16)));
}

/** The event at an index of the export; in the log it is at the same index, or anywhere when shuffled. */
function eventAt(place: number, sequence: number) {
  const createdAt = testEpoch + place;
  const at = formatInstant(createdAt);
  const { eventID = '', ...rest } = apiEvent(place, createdAt);
  const event = { ...rest, eventID, createdAt: at, recordedAt: at, sequence };
  const texts = eventTexts({ ...event, organizationIdentity: organisation }, salt, paths);
  return { ...texts, eventID };
}

/** Sequences of the events in the order of the export, in memory because this is only a benchmark. */
function sequences(): Uint32Array {
  const order = Uint32Array.from({ length: events }, (_, place) => place);
  if (!shuffled) return order;
  const below = numbers(1);
  for (let place = events - 1; place > 0; place -= 1) {
    const other = below(place + 1);
    [order[place], order[other]] = [order[other]!, order[place]!];
  }
  return order;
}

async function makeExport(directory: string): Promise<void> {
  const order = sequences();
  const leaves = new Uint8Array(events * 32);
  const entries = (from: number): Entry[] =>
    Array.from({ length: Math.min(1_000, events - from) }, (_, n) => {
      const sequence = order[from + n]!;
      const { body, leaf, eventID } = eventAt(from + n, sequence);
      leaves.set(leafHash(leaf), sequence * 32);
      return { text: body, id: eventID, at: testEpoch + from + n, salt };
    });
  for (let from = 0; from < events; from += 1_000) entries(from);
  const tree = new Frontier();
  for (let place = 0; place < events; place += 1) {
    tree.append([leaves.subarray(place * 32, (place + 1) * 32)]);
  }
  const checkpoint = signCheckpoint({ origin, size: events, root: tree.root() }, [key]);
  const source: OrderedSource = {
    order: 'oldest-first',
    origin: { kind: 'annals', endpoint: 'bench' },
    filters: { bySource: {}, byClient: {} },
    positionAfter: ({ id }) => id,
    async *read() {
      for (let from = 0; from < events; from += 1_000) {
        const batch = entries(from);
        yield { entries: batch, received: batch.length };
      }
    },
  };
  const plan = { kind: 'plan', question: 'bench', startedAt: testEpoch, window } as const;
  const work = join(directory, 'work');
  const workplace = await openWorkDirectory(nodeDisk, work, plan, false);
  const world = { disk: nodeDisk, clock: systemClock, limits: defaultLimits, signal };
  const server = {
    keys: async () => ({ current: publicKey, previous: [], personalPaths: defaultPersonalPaths }),
    checkpoint: async () => checkpoint,
    restorations: async () => [],
    consistencyProof: async () => [],
    multiproof: async () => new Uint8Array(),
  };
  const part = { index: 0, total: 1, name, window };
  await exportToFiles(
    {
      source,
      transform: undefined,
      window,
      query: {
        origin: source.origin,
        window,
        timezone: 'UTC',
        split: undefined,
        filters: {},
        format: 'json',
        envelope: undefined,
        compress: undefined,
        shape: 'native',
      },
      outputs: { directory, files: [part], manifest: 'a.manifest.json', proof: 'a.proof.ndjson' },
      format: jsonFormat,
      compress: undefined,
      manifest: true,
      prover: await Prover.open({ ...world, server, work: workplace, redacted: false }),
      continueWith: '',
    },
    workplace,
    { ...world, onProgress: () => undefined },
  );
}

const privateKey = privateKeyFromSeed(new Uint8Array(32).fill(9));
const key = signingKey('annals.bench', privateKey);
const trusted = verifierKey(key.name, createPublicKey(privateKey));
const publicKey = formatVerifierKey(trusted);

async function measure(directory: string): Promise<void> {
  const { size } = await stat(join(directory, name));
  const proof = await stat(join(directory, 'a.proof.ndjson'));
  line('events', events.toLocaleString('en'), shuffled ? 'shuffled' : 'in order');
  line('bytes of the export', size.toLocaleString('en'), `${Math.round(size / events)} an event`);
  line(
    'bytes of the proof',
    proof.size.toLocaleString('en'),
    `${Math.round(proof.size / events)} an event`,
  );

  let started = performance.now();
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(join(directory, name), {
    highWaterMark: 256 * 1024,
  })) {
    hash.update(chunk as Uint8Array);
  }
  hash.digest();
  const plain = performance.now() - started;
  line('plain SHA-256 of the file', `${(plain / 1_000).toFixed(1)} s`);

  const before = process.memoryUsage.rss();
  let most = before;
  const cpu = process.cpuUsage();
  started = performance.now();
  const [found] = await findExports([join(directory, name)], directory, nodeDisk);
  const report = await verifyExport(
    found!,
    { keys: [trusted] },
    {
      disk: nodeDisk,
      signal,
      onProgress: () => {
        most = Math.max(most, process.memoryUsage.rss());
      },
    },
  );
  const took = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  if (!report.proved) throw new Error(JSON.stringify(report.findings.slice(0, 3)));
  line(
    'verification',
    `${(took / 1_000).toFixed(1)} s`,
    `${((user + system) / 1e6).toFixed(1)} s of CPU`,
  );
  line('events a second', Math.round((events / took) * 1_000).toLocaleString('en'));
  line('times the plain pass', (took / plain).toFixed(1));
  line(
    'memory, before and at most',
    ...[before, most].map((rss) => `${Math.round(rss / 2 ** 20)} MiB`),
  );
}

if (madeIn !== undefined) {
  await makeExport(madeIn);
} else {
  const directory = await mkdtemp(join(tmpdir(), 'annals-bench-'));
  try {
    const again = [...process.argv.slice(1), '--make', directory];
    const { status } = spawnSync(process.execPath, again, { stdio: 'inherit' });
    if (status === 0) await measure(directory);
    process.exitCode = status;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
