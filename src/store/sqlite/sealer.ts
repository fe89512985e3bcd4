import type { Erasure, Range } from '../event-store.ts';
import type { DataDirectory } from './data-directory.ts';
import { IdRun } from './ids/id-run.ts';
import { dueForMerge, type RunSpan } from './ids/id-runs.ts';
import { mergeRuns } from './ids/merge-runs.ts';
import type { LiveSegment } from './live/live-segment.ts';
import { Rows } from './live/rows.ts';
import { eraseSealed } from './sealed/erase.ts';
import { seal } from './sealed/seal.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';

/** Rows are read in another order than they stand in, so every page is needed many times. */
const cacheBytes = 128 * 1024 * 1024;

/** What there is after a segment was sealed. */
export interface Sealed {
  readonly segment: SealedInfo;
  readonly runs: readonly RunSpan[];
}

/**
 * Seals full segments, one after the other. Until `tidy` the replaced files are still there, for whoever still reads
 * them. It can be cut off at any moment: what it began is begun anew when the store is opened again.
 */
export class Sealer {
  readonly #directory: DataDirectory;

  constructor(directory: DataDirectory) {
    this.#directory = directory;
  }

  seal(live: LiveSegment): Sealed {
    const directory = this.#directory;
    const rows = Rows.open(directory.database(live.number), cacheBytes);
    try {
      // The ids come first, so that no sealed segment is ever without.
      const run = directory.run({ first: live.number, last: live.number });
      const bounds = seal(live, rows, {
        segment: directory.sealed({ number: live.number, version: 0 }),
        run,
      });
      directory.sync();
      this.#mergeRuns();
      return { segment: bounds, runs: directory.runs() };
    } finally {
      rows.close();
    }
  }

  /** Which of these segments have events of a stretch of a log. */
  holding(segments: readonly SealedInfo[], log: number, { from, to }: Range): SealedInfo[] {
    const cache = new SealedCache();
    try {
      return segments.filter((info) => {
        const place = new SealedSegment(info, this.#directory.sealed(info), cache).log(log);
        if (place === undefined) return false;
        return place.firstSequence < to && place.firstSequence + place.rows > from;
      });
    } finally {
      cache.close();
    }
  }

  /** Writes a segment anew without what is erased; undefined when there was nothing to be erased in it. */
  erase(info: SealedInfo, log: number, erasures: readonly Erasure[]): SealedInfo | undefined {
    const directory = this.#directory;
    const cache = new SealedCache();
    try {
      const segment = new SealedSegment(info, directory.sealed(info), cache);
      const erased = eraseSealed(segment, log, erasures, (next) => directory.sealed(next));
      if (erased !== undefined) directory.sync();
      return erased;
    } finally {
      cache.close();
    }
  }

  /** Removes what has been replaced; nobody reads it any more. */
  tidy(): void {
    this.#directory.tidy();
    this.#directory.sync();
  }

  #mergeRuns(): void {
    const directory = this.#directory;
    for (;;) {
      const due = dueForMerge(directory.runs());
      if (due === undefined) return;
      const [before, last] = due;
      const runs = [new IdRun(directory.run(before)), new IdRun(directory.run(last))] as const;
      try {
        mergeRuns(...runs, directory.run({ first: before.first, last: last.last }));
      } finally {
        for (const run of runs) run.close();
      }
      directory.sync();
    }
  }
}
