/** Runs inputs against one target until time is up, keeps those that reach something new, and reports what it finds. */
import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { seeded } from '../vendors/random.fixture.ts';
import { corpusOf } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import { targets } from './targets.ts';

export interface FuzzWork {
  readonly target: string;
  readonly seconds: number;
  readonly seed: string;
  /** How many inputs were run, then the length of the present one, then its bytes: for an input that does not end. */
  readonly present: SharedArrayBuffer;
}

export type FuzzReport =
  | { readonly kind: 'failed'; readonly input: Uint8Array; readonly error: string }
  | { readonly kind: 'kept'; readonly input: Uint8Array; readonly name: string }
  | { readonly kind: 'done'; readonly runs: number; readonly blocks: number };

/** To take the coverage costs as much as some hundred inputs. */
const inputsTogether = 100;

const { target: name, seconds, seed, present } = workerData as FuzzWork;
const target = targets[name]!;
const random = seeded(`${name} ${seed}`);
const counters = new Int32Array(present, 0, 2);
const bytes = new Uint8Array(present, 8);
const report = (message: FuzzReport) => parentPort!.postMessage(message);

let runs = 0;
async function run(input: Buffer): Promise<boolean> {
  bytes.set(input.subarray(0, bytes.length));
  counters[1] = Math.min(input.length, bytes.length);
  counters[0] = runs += 1;
  try {
    await target.run(input);
    return true;
  } catch (error) {
    report({ kind: 'failed', input, error: error instanceof Error ? error.stack! : String(error) });
    return false;
  }
}

async function fuzz(): Promise<void> {
  const ends = performance.now() + seconds * 1_000;
  const coverage = new Coverage();
  const pool = corpusOf(name).map(({ input }) => input);
  for (const input of pool) if (!(await run(input))) return;
  coverage.takeNew();
  while (performance.now() < ends) {
    const inputs = Array.from({ length: inputsTogether }, () =>
      mutate(random, random.pick(pool), random.pick(pool), target.dictionary),
    );
    for (const input of inputs) if (!(await run(input))) return;
    const fresh = new Set(coverage.takeNew());
    if (fresh.size === 0) continue;
    // Which of them was it?
    for (const input of inputs) {
      await run(input);
      const reached = coverage.take().filter((block) => fresh.delete(block));
      if (reached.length === 0) continue;
      pool.push(input);
      report({ kind: 'kept', input, name: hash('sha256', input).slice(0, 12) });
    }
  }
  report({ kind: 'done', runs, blocks: coverage.blocks });
  coverage.close();
}

await fuzz();
