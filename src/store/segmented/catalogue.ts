/** What a file of the store is. */
export type FileKind =
  /** A database that takes events, or is full and waits to be sealed. */
  | 'active'
  /** A sealed segment. */
  | 'sealed'
  /** What is left of a sealed segment after its events were dropped: its hashes. */
  | 'hashes'
  /** A run of ids. */
  | 'ids';

/** Which file it is, before anything is known of its content. */
export interface FileSpan {
  readonly kind: FileKind;
  /** The segments it is of, both included. */
  readonly first: number;
  readonly last: number;
  /** How often a file of this kind and these segments was written again. */
  readonly revision: number;
}

/** A file with its row in the catalogue. It says nothing about whether the file exists. */
export interface CatalogueFile extends FileSpan {
  /** Number of the row. No other row ever gets it. */
  readonly fileId: number;
  /** Where the file is: its path below the data directory. In an object store this would be a key. */
  readonly file: string;
}

/** What distinguishes a file from every other one, however similar its name. */
export interface FileContent {
  /** Length of the file; 0 for a database, which grows. */
  readonly bytes: number;
  /**
   * The footer of a sealed file as it stands at its end, which has row counts, bounds, and checksums of the rest. So
   * nothing of the file must be read to know these. For a database its random identity.
   */
  readonly identity: Uint8Array;
}

/** A staged file that was written. */
export interface WrittenFile extends FileContent {
  readonly fileId: number;
}

/** A file that is part of the store. */
export interface LiveFile extends CatalogueFile, FileContent {}

/** Which files take the place of which. */
export interface CatalogueChange {
  /** Become live. They are written and survive a power cut. */
  readonly written: readonly WrittenFile[];
  /** Rows that become obsolete. */
  readonly replaced: readonly number[];
}

/**
 * Says which files a store consists of. It is the only one who knows: no file counts because of its name.
 *
 * Each file has a row, and each row goes one way:
 *
 *     staged -> live -> obsolete -> (no row)
 *     staged --------> obsolete -> (no row)
 *
 * 1. `stage` adds a row. Only then is the file written, and synced.
 * 2. `publish` makes the file live, and those it replaces obsolete, all in one transaction. There is no moment at which
 *    both count, or neither.
 * 3. Nobody looks at an obsolete file after a while. Then it is deleted, and the deletion is synced.
 * 4. `forget` removes the row.
 *
 * So a file that is not needed always has a row that says so, and whatever has no row is not ours and is never deleted.
 * The process can be killed after every step:
 *
 * | killed after | on the disk | what the next start does |
 * |---|---|---|
 * | `stage` | nothing, a part of the file, or all of it | deletes the file, then the row. What it was written from is live |
 * | `publish` | the new file and those it replaced | deletes the replaced ones, then their rows |
 * | the deletion | the new file | removes the rows of files that do not exist |
 * | `forget` | the new file | nothing |
 *
 * The same protocol works where several servers share files in an object store: the rows are in their common database,
 * `stage` comes before the upload, `publish` is conditional on the states, and a sweeper does steps 3 and 4.
 *
 * Every method but `forget` is durable once it returns. On `unavailable` nothing was changed, because the disk is full.
 * After any other error it is unknown what was changed, and only opening the catalogue again tells.
 */
export interface Catalogue {
  /** The files that count: those of segments in their order, then the runs of ids in theirs. */
  live(): readonly LiveFile[];
  /** Files that are being written, or were when the process was killed. */
  staged(): readonly CatalogueFile[];
  /** Files that were replaced and not deleted yet. */
  obsolete(): readonly CatalogueFile[];
  /** Announces files that are about to be written. Throws `conflict` when a file of that name has a row. */
  stage(files: readonly Omit<CatalogueFile, 'fileId'>[]): readonly CatalogueFile[];
  /**
   * Carries out a change. Throws `conflict`, and changes nothing, when a written file is not staged, or a replaced one
   * is neither live nor staged: then another change was faster.
   */
  publish(change: CatalogueChange): void;
  /**
   * Removes the rows of files that were deleted: staged or obsolete ones. It may wait for the next change, or until the
   * catalogue is closed: a row without a file does no harm, and the next start removes it.
   */
  forget(fileIds: readonly number[]): void;
  /** Removes the rows of live files that are missing, or are other files than those that were written. */
  disown(fileIds: readonly number[]): void;
}
