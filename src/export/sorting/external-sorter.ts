import { join } from 'node:path';
import type { Clock, Micros } from '../../core/micros.ts';
import type { Disk } from '../disk.ts';
import type { Journal, JournalRecord, JournalState, RunRecord } from '../journal.ts';
import type { ExportLimits } from '../limits.ts';
import type { Batch, Entry } from '../stages.ts';
import { maxOverlappingRuns, mergeSortedRuns, type SortedRun } from './merge-sorted-runs.ts';
import { SortBuffer } from './sort-buffer.ts';
import { readSortedRun, toRunChunks, writeSortedRun } from './sorted-run.ts';

export interface ExternalSorterSettings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly limits: ExportLimits;
  readonly journal: Journal;
  readonly workDirectory: string;
}

/**
 * Sorts entries that come in any order, in bounded memory. They are collected into sorted runs on disk, which are noted in
 * the journal with the position after them, and merged at the end.
 */
export class ExternalSorter {
  readonly #settings: ExternalSorterSettings;
  readonly #runs: RunRecord[];
  readonly #buffer: SortBuffer;
  #position: string | undefined;
  #durablePosition: string | undefined;
  #since: Micros;

  constructor(
    settings: ExternalSorterSettings,
    { runs, position }: Pick<JournalState, 'runs' | 'position'>,
  ) {
    this.#settings = settings;
    this.#runs = [...runs];
    this.#buffer = new SortBuffer(settings.limits.runBytes);
    this.#position = position;
    this.#durablePosition = position;
    this.#since = settings.clock();
  }

  async add({ entries, position }: Pick<Batch, 'entries' | 'position'>): Promise<void> {
    for (const entry of entries) {
      this.#buffer.add(entry);
      if (this.#buffer.isFull) await this.flush();
    }
    this.#position = position ?? this.#position;
    const { clock, limits } = this.#settings;
    if (clock() - this.#since >= limits.runMicros) await this.flush();
  }

  /** How many entries were made durable; some may have come twice. */
  get entries(): number {
    return this.#runs.reduce((sum, run) => sum + run.entries, 0);
  }

  /** Makes what was added durable. */
  async flush(): Promise<void> {
    const { disk, clock, journal, workDirectory } = this.#settings;
    const position = this.#position;
    const runs: RunRecord[] = [];
    for (const chunks of this.#buffer.runs()) {
      const name = `${this.#runs.length + runs.length}.run`;
      const facts = await writeSortedRun(disk, join(workDirectory, name), chunks);
      runs.push({ kind: 'run', name, ...facts });
    }
    this.#buffer.clear();
    this.#since = clock();
    const records: JournalRecord[] = [...runs];
    if (position !== undefined && position !== this.#durablePosition) {
      records.push({ kind: 'position', position });
    }
    if (runs.length > 0) await disk.syncDirectory(workDirectory);
    if (records.length > 0) await journal.append(...records);
    this.#runs.push(...runs);
    this.#durablePosition = position;
  }

  /** Everything that was added, in order, each event once. To be called after `flush`; may be called again. */
  async *sorted(): AsyncGenerator<readonly Entry[]> {
    const { disk, workDirectory, limits } = this.#settings;
    const { maxOpenRuns } = limits;
    const open = (name: string) => ({ open: () => readSortedRun(disk, join(workDirectory, name)) });
    let runs: SortedRun[] = this.#runs.map((run) => ({ ...run, ...open(run.name) }));
    // Runs that arrived one after the other are merged, which keeps the earliest of repeated entries. The files in
    // between are named by level, and need not survive a crash.
    for (let level = 1; maxOverlappingRuns(runs) > maxOpenRuns; level += 1) {
      const merged: SortedRun[] = [];
      for (let start = 0; start < runs.length; start += maxOpenRuns) {
        const name = `${level}-${start}.merged`;
        const group = runs.slice(start, start + maxOpenRuns);
        const facts = await writeSortedRun(
          disk,
          join(workDirectory, name),
          toRunChunks(mergeSortedRuns(group)),
        );
        merged.push({ ...facts, ...open(name) });
      }
      runs = merged;
    }
    yield* mergeSortedRuns(runs);
  }
}
