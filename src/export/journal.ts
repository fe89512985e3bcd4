import { AnnalsError } from '../core/errors.ts';
import type { Micros } from '../core/micros.ts';
import type { Window } from '../core/window.ts';
import type { AppendFile } from '../runtime/write-file-atomically.ts';
import type { Disk } from './disk.ts';
import type { EntryFacts, FileFacts, Shortfall } from './stages.ts';

/**
 * What an export has made durable, so that it can be resumed after any interruption: a file with one JSON record a line.
 * Each record is durable before anything is done that depends on it. Only the last record can be cut off by a crash, and
 * it is then dropped. The kinds and members are a format on disk: they keep their names.
 */
export type JournalRecord =
  | PlanRecord
  | RunRecord
  | PositionRecord
  | FetchedRecord
  | KeptFromRecord
  | OpenFileRecord
  | FileRecord
  | ProofStartRecord
  | ProofFileRecord;

/** Always the first: what a later process must not decide again. */
export interface PlanRecord {
  readonly kind: 'plan';
  /** Fingerprint of the export query; an export with another query has another journal. */
  readonly question: string;
  readonly startedAt: Micros;
  readonly window: Window;
}

/** A sorted run of entries is on disk. */
export interface RunRecord {
  readonly kind: 'run';
  readonly name: string;
  readonly bytes: number;
  readonly entries: number;
  readonly first: EntryFacts;
  readonly last: EntryFacts;
}

/** The runs noted so far hold every entry of the window before `position`. */
interface PositionRecord {
  readonly kind: 'position';
  readonly position: string;
}

/** Everything was read from the source. */
interface FetchedRecord {
  readonly kind: 'fetched';
  readonly shortfall?: Shortfall;
}

/** The source said that it had dropped events of the window before this sequence. */
interface KeptFromRecord {
  readonly kind: 'kept';
  readonly from: number;
}

/** The open file is durable up to here, and the source can continue after its last entry. */
interface OpenFileRecord {
  readonly kind: 'place';
  readonly file: number;
  readonly bytes: number;
  readonly entries: number;
  readonly first: EntryFacts;
  readonly last: EntryFacts;
  readonly position: string;
}

/** A file is complete and durable under its partial name; it may have its final name already. */
interface FileRecord extends FileFacts {
  readonly kind: 'file';
  readonly file: number;
  readonly position?: string;
}

/** What the proof of the export was begun with: it is for this checkpoint and no other. */
export interface ProofStartRecord {
  readonly kind: 'proof';
  /** Signed. */
  readonly checkpoint: string;
  readonly keys: readonly string[];
  readonly personalPaths: readonly string[];
}

/** The proof is complete and durable under its partial name; it may have its final name already. */
interface ProofFileRecord {
  readonly kind: 'proof-file';
  readonly bytes: number;
  readonly sha256: string;
}

export class Journal {
  readonly #file: AppendFile;

  private constructor(file: AppendFile) {
    this.#file = file;
  }

  /** Opens a journal and reads its records; creates an empty one if there is none. */
  static async open(
    disk: Disk,
    path: string,
  ): Promise<{ journal: Journal; records: readonly JournalRecord[] }> {
    const text = (await disk.readText(path)) ?? '';
    const end = text.lastIndexOf('\n') + 1;
    const records = text
      .slice(0, end)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => parseRecord(line, path));
    const file = await disk.append(path, Buffer.byteLength(text.slice(0, end)));
    return { journal: new Journal(file), records };
  }

  /** Durable once resolved. After a crash, perhaps only the first of several records are there. */
  async append(...records: readonly JournalRecord[]): Promise<void> {
    const lines = records.map((record) => `${JSON.stringify(record)}\n`);
    await this.#file.write(Buffer.from(lines.join('')));
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function parseRecord(line: string, path: string): JournalRecord {
  try {
    return JSON.parse(line) as JournalRecord;
  } catch (cause) {
    throw new AnnalsError('corrupt', `Cannot continue the export: ${path} is damaged`, { cause });
  }
}

/** The state of an export, read from its journal. */
export interface JournalState {
  readonly plan: PlanRecord | undefined;
  readonly runs: readonly RunRecord[];
  /** The source's position after everything that is durable. */
  readonly position: string | undefined;
  readonly fetched: boolean;
  /** What the source lacked when everything was read. */
  readonly shortfall: Shortfall | undefined;
  /** Finished files, in order. */
  readonly files: readonly FileRecord[];
  /** The file after them. */
  readonly openFile: OpenFileRecord | undefined;
  readonly proof: ProofStartRecord | undefined;
  /** As the source said last. */
  readonly keptFrom: number | undefined;
  readonly proofFile: ProofFileRecord | undefined;
}

export function journalStateOf(records: readonly JournalRecord[]): JournalState {
  const files = records.filter((record) => record.kind === 'file');
  return {
    plan: records.find((record) => record.kind === 'plan'),
    runs: records.filter((record) => record.kind === 'run'),
    position: records.map(positionOf).findLast((position) => position !== undefined),
    fetched: records.some((record) => record.kind === 'fetched'),
    shortfall: records.find((record) => record.kind === 'fetched')?.shortfall,
    files,
    openFile: records.findLast(
      (record): record is OpenFileRecord => record.kind === 'place' && record.file === files.length,
    ),
    proof: records.find((record) => record.kind === 'proof'),
    keptFrom: records.findLast((record) => record.kind === 'kept')?.from,
    proofFile: records.find((record) => record.kind === 'proof-file'),
  };
}

const positionOf = (record: JournalRecord): string | undefined =>
  'position' in record ? record.position : undefined;
