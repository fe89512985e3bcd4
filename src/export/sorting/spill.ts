import { join } from 'node:path';
import type { Clock, Micros } from '../../core/micros.ts';
import type { Disk } from '../disk.ts';
import type { Journal, Progress, RunRecord } from '../journal.ts';
import type { Limits } from '../limits.ts';
import type { Batch, Entry } from '../stages.ts';
import { type MergeRun, mergeRuns, mostOpen } from './merge.ts';
import { byTime, isRepetition, readRun, writeRun } from './runs.ts';

export interface SpillSettings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly journal: Journal;
  readonly workDirectory: string;
}

/**
 * Puts entries that come in any order into order, in bounded memory: they are collected into sorted runs on disk, each
 * noted in the journal with the position behind it, and merged at the end.
 */
export class Spill {
  readonly #settings: SpillSettings;
  readonly #runs: RunRecord[];
  #waiting: Entry[] = [];
  #length = 0;
  #position: string | undefined;
  #safePosition: string | undefined;
  #since: Micros;

  constructor(settings: SpillSettings, { runs, position }: Pick<Progress, 'runs' | 'position'>) {
    this.#settings = settings;
    this.#runs = [...runs];
    this.#position = position;
    this.#safePosition = position;
    this.#since = settings.clock();
  }

  async add({ entries, position }: Pick<Batch, 'entries' | 'position'>): Promise<void> {
    for (const entry of entries) {
      this.#waiting.push(entry);
      this.#length += entry.text.length;
    }
    this.#position = position ?? this.#position;
    const { clock, limits } = this.#settings;
    const isFull = this.#length >= limits.runLength;
    if (isFull || clock() - this.#since >= limits.runMicros) await this.flush();
  }

  /** Makes what was added safe. */
  async flush(): Promise<void> {
    const { disk, clock, journal, workDirectory } = this.#settings;
    const position = this.#position;
    const entries = this.#waiting.sort(byTime);
    this.#waiting = [];
    this.#length = 0;
    this.#since = clock();
    if (entries.length > 0) {
      const unique = entries.filter((entry, place) => !isRepetition(entry, entries[place - 1]));
      const name = `${this.#runs.length}.run`;
      const facts = await writeRun(disk, join(workDirectory, name), batchesOf(unique));
      const run: RunRecord = {
        kind: 'run',
        name,
        ...facts,
        ...(position !== undefined && { position }),
      };
      await disk.syncDirectory(workDirectory);
      await journal.append(run);
      this.#runs.push(run);
    } else if (position !== undefined && position !== this.#safePosition) {
      await journal.append({ kind: 'position', position });
    }
    this.#safePosition = position;
  }

  /** Everything that was added, in order, each event once. To be called after `flush`, as often as needed. */
  async *sorted(): AsyncGenerator<readonly Entry[]> {
    const { disk, workDirectory, limits } = this.#settings;
    const { openRuns } = limits;
    const open = (name: string) => ({ open: () => readRun(disk, join(workDirectory, name)) });
    let runs: MergeRun[] = this.#runs.map((run) => ({ ...run, ...open(run.name) }));
    // Neighbours in arrival order are merged, which keeps the earliest of repeated entries. The files made on the way
    // are named by level and need not survive a crash.
    for (let level = 1; mostOpen(runs) > openRuns; level += 1) {
      const merged: MergeRun[] = [];
      for (let start = 0; start < runs.length; start += openRuns) {
        const name = `${level}-${start}.merged`;
        const group = runs.slice(start, start + openRuns);
        const facts = await writeRun(disk, join(workDirectory, name), mergeRuns(group));
        merged.push({ ...facts, ...open(name) });
      }
      runs = merged;
    }
    yield* mergeRuns(runs);
  }
}

/** A run is written in pieces, so that its text need not stand in memory a second time as a whole. */
function* batchesOf(entries: readonly Entry[]): Generator<readonly Entry[]> {
  for (let start = 0; start < entries.length; start += 200) {
    yield entries.slice(start, start + 200);
  }
}
