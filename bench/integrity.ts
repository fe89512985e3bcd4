/**
 * What proofs cost: `node bench/integrity.ts [events] [runs]`. Events are sequenced and appended to a store in batches of
 * 1,000, the next one sequenced while the disk is busy, as the ledger does; with commitments, leaf hashes and tree, and
 * without. The best runs are compared, because other work of the machine only adds time. Beside them it prints a plain
 * SHA-256 pass over the same bytes, and the cost of checking a log at the start and of signing it. `bench/verify.ts`
 * measures how proofs are verified.
 */
import { createHash, createPublicKey, randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Draft } from '../src/core/event.ts';
import { formatInstant, systemClock } from '../src/core/micros.ts';
import { runToCompletion } from '../src/core/pausable-work.ts';
import { pooledRandom } from '../src/core/random.ts';
import { openCheckpoint } from '../src/integrity/checkpoint.ts';
import { Frontier } from '../src/integrity/frontier.ts';
import { emptyRoot } from '../src/integrity/hash.ts';
import { privateKeyFromSeed, signingKey, verifierKey } from '../src/integrity/keys.ts';
import { personalPaths } from '../src/integrity/personal.ts';
import { AppendBuilder, type LogState } from '../src/ledger/append-builder.ts';
import { checkLog } from '../src/ledger/checkpoints/check-log.ts';
import { Checkpoints } from '../src/ledger/checkpoints/checkpoints.ts';
import { MemoryArchive } from '../src/ledger/checkpoints/memory-archive.ts';
import { type PreparedDraft, Sequencer } from '../src/ledger/sequencing.ts';
import { EventColumns, hashBytes, saltBytes } from '../src/store/event-columns.ts';
import type { Append, EventStore } from '../src/store/event-store.ts';
import { openSegmentedStore } from '../src/store/segmented/store.ts';
import { testEpoch } from '../src/store/test-log.fixture.ts';
import { apiEvent } from './api-events.ts';
import { perSecond, printRow, whole } from './figures.ts';

const [events = 50_000, runs = 5] = process.argv.slice(2, 4).map(Number);
const batch = 1_000;
const organisation = 'org-bench';
const world = {
  clock: systemClock,
  random: pooledRandom((bytes) => void randomFillSync(bytes)),
};

/** Sequences an event without what only a tree needs. */
class PlainSequencer extends Sequencer {
  override sequence(
    { texts, ...facts }: PreparedDraft,
    sequence: number,
    recordedAt: number,
    into: EventColumns,
  ): void {
    const { start, firstGap, secondGap, end } = texts.body;
    into.lines.copy(texts.bytes, start, firstGap);
    into.lines.text(formatInstant(recordedAt));
    into.lines.copy(texts.bytes, firstGap, secondGap);
    into.lines.text(`${sequence}`);
    into.lines.copy(texts.bytes, secondGap, end);
    into.facets.copy(texts.bytes, texts.leaf.end, texts.bytes.length - saltBytes);
    into.leafHashes.skip(hashBytes);
    into.addSalt(undefined);
    into.add({ ...facts, sequence, recordedAt });
  }
}

type Grow = (drafts: readonly Draft[]) => Append;

function withTree(): Grow {
  const paths = personalPaths();
  const sequencer = new Sequencer({ ...world, personalPaths: () => paths });
  let logState: LogState = { frontier: new Frontier(), recordedAt: 0 };
  return (drafts) => {
    const { clock } = world;
    const columns = new EventColumns();
    const builder = new AppendBuilder(organisation, logState, undefined, columns, {
      sequencer,
      clock,
    });
    runToCompletion(builder.add(drafts.map((draft) => sequencer.prepare(organisation, draft))));
    logState = builder.logState;
    return builder.build()[0]!;
  };
}

function withoutTree(): Grow {
  const paths = personalPaths([]);
  const sequencer = new PlainSequencer({ ...world, personalPaths: () => paths });
  let expectedSize = 0;
  let recordedAt = 0;
  return (drafts) => {
    const columns = new EventColumns();
    for (const [n, draft] of drafts.entries()) {
      recordedAt = Math.max(world.clock(), recordedAt + 1);
      const prepared = sequencer.prepare(organisation, draft);
      sequencer.sequence(prepared, expectedSize + n, recordedAt, columns);
    }
    const size = expectedSize + columns.length;
    const head = { size, root: emptyRoot, frontier: new Uint8Array(), recordedAt };
    const append = { organisation, expectedSize, events: columns.rangeFrom(0), head, nodes: [] };
    expectedSize = size;
    return append;
  };
}

function draftAt(n: number): Draft {
  const { createdAt = 0, ...rest } = apiEvent(n, testEpoch + n * 1_000);
  return { ...rest, action: String(rest.action), createdAt: formatInstant(createdAt) };
}
const drafts = Array.from({ length: events }, (_, n) => draftAt(n));

interface Took {
  readonly millis: number;
  /** Processor time of all threads: it can be compared even when others use the machine too. */
  readonly cpuMillis: number;
}

/** Records everything in a new store, and measures that. `look` may read the store afterwards. */
async function record(grow: Grow, look?: (store: EventStore) => Promise<void>): Promise<Took> {
  const directory = mkdtempSync(join(tmpdir(), 'annals-bench-'));
  const store = await openSegmentedStore({ directory, segmentEvents: events });
  const cpu = process.cpuUsage();
  const started = performance.now();
  let flying = Promise.resolve();
  for (let from = 0; from < events; from += batch) {
    const append = grow(drafts.slice(from, from + batch));
    await flying;
    flying = store.append([append]);
  }
  await flying;
  const millis = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  await look?.(store);
  await store.close();
  rmSync(directory, { recursive: true });
  return { millis, cpuMillis: (user + system) / 1_000 };
}

/** The cost of hashing alone on this machine. */
async function plainPass(store: EventStore): Promise<void> {
  const bodies: string[] = [];
  for await (const some of store.scan(organisation, { from: 0, to: events })) {
    bodies.push(...some.map(({ body }) => body));
  }
  const whole = Buffer.from(bodies.join('\n'));
  const started = performance.now();
  createHash('sha256').update(whole).digest();
  const took = performance.now() - started;
  row('plain SHA-256 of all texts in one go', took);
  printRow('bytes an event', String(Math.round(whole.length / events)));
}

async function startAndSign(store: EventStore): Promise<void> {
  const key = signingKey('annals.bench', privateKeyFromSeed(new Uint8Array(32)));
  const keys = [verifierKey(key.name, createPublicKey(key.privateKey))];
  const checks = { paths: personalPaths(), keys };
  const log = { organisation, name: organisation, newest: undefined };
  const times = 200;
  let started = performance.now();
  for (let n = 0; n < times; n += 1) await checkLog(store, log, checks);
  const { size } = await store.head(organisation);
  const tail = `${((size - 1) % 256) + 1} events`;
  printRow('check of a log at the start', millisOf(performance.now() - started, times), tail);
  started = performance.now();
  for (let n = 0; n < times; n += 1) {
    const archive = new MemoryArchive();
    const options = { reader: store, archive, key, witnesses: [] };
    const { message } = await new Checkpoints(options).current(organisation);
    if (n === 0) openCheckpoint(message, keys);
  }
  printRow('first checkpoint of a log', millisOf(performance.now() - started, times));
}

const millisOf = (took: number, times: number) => `${(took / times).toFixed(2)} ms`;

function row(name: string, took: number, ...more: string[]): void {
  printRow(
    name,
    `${whole(perSecond(events, took))}/s`,
    `${((took / events) * 1_000).toFixed(1)} µs`,
    ...more,
  );
}

printRow(`${whole(events)} events, best of ${runs}`, 'events', 'an event');
// One run of each first, so that both are compiled.
await record(withTree(), async (store) => {
  await plainPass(store);
  await startAndSign(store);
});
await record(withoutTree());
const [bare, proved]: [Took[], Took[]] = [[], []];
for (let run = 0; run < runs; run += 1) {
  bare.push(await record(withoutTree()));
  proved.push(await record(withTree()));
}
const least = (all: readonly Took[], of: keyof Took) => Math.min(...all.map((took) => took[of]));
row('recorded without a tree', least(bare, 'millis'));
row('recorded with it', least(proved, 'millis'));
for (const [what, of] of [
  ['cost of the tree, by the clock', 'millis'],
  ['cost of the tree, in processor time', 'cpuMillis'],
] as const) {
  printRow(what, `${((least(proved, of) / least(bare, of) - 1) * 100).toFixed(1)} %`);
}
