import { closeSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import { createDirectory } from './create-directory.ts';
import type { RunSpan } from './ids/id-runs.ts';

/** Names the file of a sealed segment. */
export interface SealedName {
  readonly number: number;
  /** Of the last segment that was merged into it; its own number if none was. */
  readonly last: number;
  /** How often it was written anew. */
  readonly revision: number;
  /** Whether its events were dropped; its hashes are left. */
  readonly dropped: boolean;
}

/**
 * The files of a store.
 *
 *     store.db                    held as long as the store is open; what concerns the store as a whole
 *     segments/000000.segment     sealed: never changes again
 *     segments/000000.1.segment   the same after something in it was erased, and then .2 and so on
 *     segments/000000.2.hashes    the same after its events were dropped: what proofs need
 *     segments/000001-000004.segment  sealed segments that were merged, because they were small
 *     segments/000005.db          in SQLite: takes events, or is waiting to be sealed (with its -wal and -shm)
 *     segments/000005.columns     what its events are found by, as far as it was saved; made from them where it is not
 *     ids/000000-000003.ids       where the ids of these sealed segments stand
 *
 * What is being written has `.part` at the end and counts for nothing. A file that replaces others is put in place
 * first, and they are removed afterwards; whoever finds both knows by the names which ones count. Segments are dropped
 * in their order, so those that are not follow those that are.
 */
export class DataDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes what is missing. */
  createFolders(): void {
    try {
      createDirectory(this.segmentsPath);
      createDirectory(this.idsPath);
    } catch (cause) {
      throw new AnnalsError(
        'unavailable',
        `Cannot use ${this.path} as data directory: ${messageOf(cause)}`,
        { cause },
      );
    }
  }

  get storePath(): string {
    return join(this.path, 'store.db');
  }

  get segmentsPath(): string {
    return join(this.path, 'segments');
  }

  get idsPath(): string {
    return join(this.path, 'ids');
  }

  databasePath(number: number): string {
    return join(this.segmentsPath, `${paddedNumber(number)}.db`);
  }

  columnsPath(number: number): string {
    return join(this.segmentsPath, `${paddedNumber(number)}.columns`);
  }

  sealedPath({ number, last, revision, dropped }: SealedName): string {
    const span =
      last === number ? paddedNumber(number) : `${paddedNumber(number)}-${paddedNumber(last)}`;
    const suffix = revision === 0 ? '' : `.${revision}`;
    return join(this.segmentsPath, `${span}${suffix}.${dropped ? 'hashes' : 'segment'}`);
  }

  runPath({ first, last }: RunSpan): string {
    return join(this.idsPath, `${paddedNumber(first)}-${paddedNumber(last)}.ids`);
  }

  /** Numbers of the segments in SQLite that are not sealed yet, ascending. */
  unsealedSegments(): number[] {
    const sealed = this.sealedSegments();
    return this.#allDatabases().filter((number) => !includesNumber(sealed, number));
  }

  /** The sealed segments in order, each in its latest version, and without those that were merged into another. */
  sealedSegments(): SealedName[] {
    const counting: SealedName[] = [];
    for (const name of this.#allSealed()) {
      if (name.last > (counting.at(-1)?.last ?? -1)) counting.push(name);
    }
    return counting;
  }

  /** The runs that count: those with a segment that is not dropped, and which no longer one contains; in order. */
  runs(): RunSpan[] {
    const firstKept = this.firstKept();
    const all = this.#allRuns();
    return all.filter(
      (run) =>
        run.last >= firstKept && !all.some((other) => other !== run && spanContains(other, run)),
    );
  }

  /** The lowest number of a segment, sealed or not, that is not dropped. */
  firstKept(): number {
    return (this.sealedSegments().findLast(({ dropped }) => dropped)?.last ?? -1) + 1;
  }

  /**
   * Removes what these sealed segments have replaced, and whatever else counts for nothing. What counts in its place
   * survives a power cut by then. A store that is open names those that it shows: beside them may stand one that was put
   * in place by a thread that died before it could say so.
   */
  removeObsolete(shown: readonly SealedName[] = this.sealedSegments()): void {
    this.sync();
    for (const folder of [this.segmentsPath, this.idsPath]) {
      for (const file of readdirSync(folder)) {
        if (file.endsWith('.part')) rmSync(join(folder, file), { force: true });
      }
    }
    for (const number of this.#allDatabases()) {
      if (includesNumber(shown, number)) this.removeDatabase(number);
    }
    const paths = new Set(shown.map((name) => this.sealedPath(name)));
    for (const name of this.#allSealed()) {
      const path = this.sealedPath(name);
      if (paths.has(path) || !shown.some((other) => replaces(other, name))) continue;
      rmSync(path, { force: true });
    }
    const runs = this.runs();
    for (const run of this.#allRuns()) {
      if (!runs.some(({ first, last }) => first === run.first && last === run.last)) {
        rmSync(this.runPath(run), { force: true });
      }
    }
  }

  removeDatabase(number: number): void {
    const path = this.databasePath(number);
    rmSync(this.columnsPath(number), { force: true });
    // The database last: as long as it is there, the rest is too.
    for (const suffix of ['-shm', '-wal', '']) rmSync(path + suffix, { force: true });
  }

  /** Makes additions and removals survive a power cut. */
  sync(): void {
    for (const folder of [this.path, this.segmentsPath, this.idsPath]) {
      const descriptor = openSync(folder, 'r');
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
  }

  #allDatabases(): number[] {
    return numbersIn(this.segmentsPath, /^(\d{6,})\.db$/).map(([number]) => number!);
  }

  /** In order of number; of those with the same one, those that replace others first. */
  #allSealed(): SealedName[] {
    return [
      ...sealedNamesIn(this.segmentsPath, /^(\d{6,})(?:-(\d{6,}))?(?:\.(\d+))?\.segment$/, false),
      ...sealedNamesIn(this.segmentsPath, /^(\d{6,})(?:-(\d{6,}))?(?:\.(\d+))?\.hashes$/, true),
    ].sort((a, b) => a.number - b.number || b.last - a.last || b.revision - a.revision);
  }

  #allRuns(): RunSpan[] {
    return numbersIn(this.idsPath, /^(\d{6,})-(\d{6,})\.ids$/).map(([first, last]) => ({
      first: first!,
      last: last!,
    }));
  }
}

function paddedNumber(number: number): string {
  return String(number).padStart(6, '0');
}

function sealedNamesIn(folder: string, pattern: RegExp, dropped: boolean): SealedName[] {
  return numbersIn(folder, pattern).map(([number, last, revision]) => ({
    number: number!,
    last: last! || number!,
    revision: revision!,
    dropped,
  }));
}

/** Whether a sealed segment is in the place of another: merged from it and others, or a later version. */
function replaces(name: SealedName, other: SealedName): boolean {
  if (name.number > other.number || name.last < other.last) return false;
  const isSame = name.number === other.number && name.last === other.last;
  return !isSame || name.revision > other.revision;
}

/** Whether the segment of a number is one of these, or was merged into one. */
function includesNumber(sealed: readonly SealedName[], segment: number): boolean {
  return sealed.some(({ number, last }) => number <= segment && segment <= last);
}

/** The numbers in the names that match, 0 for one that is left out; in order. */
function numbersIn(folder: string, pattern: RegExp): number[][] {
  return readdirSync(folder)
    .map((file) =>
      pattern
        .exec(file)
        ?.slice(1)
        .map((number) => Number(number ?? 0)),
    )
    .filter((numbers) => numbers !== undefined)
    .sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
}

function spanContains(outer: RunSpan, inner: RunSpan): boolean {
  return outer.first <= inner.first && outer.last >= inner.last;
}
