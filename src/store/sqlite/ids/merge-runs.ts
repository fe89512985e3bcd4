import type { IdRun } from './id-run.ts';
import { entryWords } from './id-run-file.ts';
import { IdRunWriter } from './id-run-writer.ts';
import { widened } from './id-time.ts';

const bufferedEntries = 16 * 1024;

/** Makes one run of two, which stay as they are, without ids of segments before `firstKept`. */
export function mergeRuns(a: IdRun, b: IdRun, path: string, firstKept = 0): void {
  const writer = new IdRunWriter(path, a.entries + b.entries);
  try {
    const [left, right] = [new Entries(a), new Entries(b)];
    while (left.left || right.left) {
      const next = !right.left || (left.left && left.before(right)) ? left : right;
      if (next.segment >= firstKept) writer.add(next.entries, next.at);
      next.advance();
    }
    writer.finish(widened(a.times, b.times));
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** A run, read from front to back. */
class Entries {
  entries: Uint32Array;
  at = 0;
  left: boolean;
  readonly #run: IdRun;
  readonly #buffer = new Uint32Array(bufferedEntries * entryWords);
  #read = 0;

  constructor(run: IdRun) {
    this.#run = run;
    this.entries = this.#next();
    this.left = this.entries.length > 0;
  }

  get segment(): number {
    return this.entries[this.at + 2]!;
  }

  before(other: Entries): boolean {
    const [mine, theirs] = [this.entries[this.at]!, other.entries[other.at]!];
    if (mine !== theirs) return mine < theirs;
    return this.entries[this.at + 1]! < other.entries[other.at + 1]!;
  }

  advance(): void {
    this.at += entryWords;
    if (this.at < this.entries.length) return;
    this.entries = this.#next();
    this.at = 0;
    this.left = this.entries.length > 0;
  }

  #next(): Uint32Array {
    const entries = this.#run.read(this.#read, bufferedEntries, this.#buffer);
    this.#read += entries.length / entryWords;
    return entries;
  }
}
