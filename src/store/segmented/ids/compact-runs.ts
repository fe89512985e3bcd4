import type { IdRun } from './id-run.ts';
import { entryWords } from './id-run-file.ts';
import { IdRunWriter } from './id-run-writer.ts';
import { unionOfTimes } from './id-time.ts';

const bufferedEntries = 16 * 1024;

/** Writes one id run from two, which stay as they are. Ids of segments before `firstKept` are left out. */
export function compactRuns(a: IdRun, b: IdRun, path: string, firstKept = 0): void {
  const writer = new IdRunWriter(path, a.entries + b.entries);
  try {
    const [left, right] = [new RunCursor(a), new RunCursor(b)];
    while (left.hasEntry || right.hasEntry) {
      const next = !right.hasEntry || (left.hasEntry && left.isBefore(right)) ? left : right;
      if (next.segment >= firstKept) writer.add(next.entries, next.at);
      next.advance();
    }
    writer.finish(unionOfTimes(a.times, b.times));
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** An id run that is read from front to back. */
class RunCursor {
  entries: Uint32Array;
  at = 0;
  hasEntry: boolean;
  readonly #run: IdRun;
  readonly #buffer = new Uint32Array(bufferedEntries * entryWords);
  #read = 0;

  constructor(run: IdRun) {
    this.#run = run;
    this.entries = this.#next();
    this.hasEntry = this.entries.length > 0;
  }

  get segment(): number {
    return this.entries[this.at + 2]!;
  }

  isBefore(other: RunCursor): boolean {
    const [mine, theirs] = [this.entries[this.at]!, other.entries[other.at]!];
    if (mine !== theirs) return mine < theirs;
    return this.entries[this.at + 1]! < other.entries[other.at + 1]!;
  }

  advance(): void {
    this.at += entryWords;
    if (this.at < this.entries.length) return;
    this.entries = this.#next();
    this.at = 0;
    this.hasEntry = this.entries.length > 0;
  }

  #next(): Uint32Array {
    const entries = this.#run.read(this.#read, bufferedEntries, this.#buffer);
    this.#read += entries.length / entryWords;
    return entries;
  }
}
