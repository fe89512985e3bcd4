import { join } from 'node:path';
import type { Clock, Micros } from '../../core/micros.ts';
import type { Disk } from '../disk.ts';
import type { Journal, JournalRecord, Progress, RunRecord } from '../journal.ts';
import type { Limits } from '../limits.ts';
import type { Batch, Entry } from '../stages.ts';
import { type MergeRun, mergeRuns, mostOpen } from './merge.ts';
import { Pile } from './pile.ts';
import { piecesOf, readRun, writeRun } from './runs.ts';

export interface SpillSettings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly journal: Journal;
  readonly workDirectory: string;
}

/**
 * Puts entries that come in any order into order, in bounded memory: they are collected into sorted runs on disk, noted
 * in the journal with the position behind them, and merged at the end.
 */
export class Spill {
  readonly #settings: SpillSettings;
  readonly #runs: RunRecord[];
  readonly #pile: Pile;
  #position: string | undefined;
  #safePosition: string | undefined;
  #since: Micros;

  constructor(settings: SpillSettings, { runs, position }: Pick<Progress, 'runs' | 'position'>) {
    this.#settings = settings;
    this.#runs = [...runs];
    this.#pile = new Pile(settings.limits.runBytes);
    this.#position = position;
    this.#safePosition = position;
    this.#since = settings.clock();
  }

  async add({ entries, position }: Pick<Batch, 'entries' | 'position'>): Promise<void> {
    for (const entry of entries) {
      this.#pile.add(entry);
      if (this.#pile.isFull) await this.flush();
    }
    this.#position = position ?? this.#position;
    const { clock, limits } = this.#settings;
    if (clock() - this.#since >= limits.runMicros) await this.flush();
  }

  /** Makes what was added safe. */
  async flush(): Promise<void> {
    const { disk, clock, journal, workDirectory } = this.#settings;
    const position = this.#position;
    const runs: RunRecord[] = [];
    for (const pieces of this.#pile.runs()) {
      const name = `${this.#runs.length + runs.length}.run`;
      const facts = await writeRun(disk, join(workDirectory, name), pieces);
      runs.push({ kind: 'run', name, ...facts });
    }
    this.#pile.clear();
    this.#since = clock();
    const records: JournalRecord[] = [...runs];
    if (position !== undefined && position !== this.#safePosition) {
      records.push({ kind: 'position', position });
    }
    if (runs.length > 0) await disk.syncDirectory(workDirectory);
    if (records.length > 0) await journal.append(...records);
    this.#runs.push(...runs);
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
        const facts = await writeRun(disk, join(workDirectory, name), piecesOf(mergeRuns(group)));
        merged.push({ ...facts, ...open(name) });
      }
      runs = merged;
    }
    yield* mergeRuns(runs);
  }
}
