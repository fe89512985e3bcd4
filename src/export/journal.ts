import { AnnalsError } from '../core/errors.ts';
import type { Micros } from '../core/micros.ts';
import type { Window } from '../core/window.ts';
import type { AppendFile } from '../runtime/write-file-atomically.ts';
import type { Disk } from './disk.ts';
import type { EntryFacts, FileFacts } from './stages.ts';

/**
 * What an export has made safe, so that it can go on after any interruption: a file of one JSON record a line, each
 * durable before anything is done that counts on it. A record cut off by a crash is the last one and is dropped.
 */
export type JournalRecord =
  | PlanRecord
  | RunRecord
  | PositionRecord
  | { readonly kind: 'fetched' }
  | KeptFromRecord
  | OpenFileRecord
  | FileRecord
  | ProofStartRecord
  | ProofFileRecord;

/** Always the first: what a later run must not decide anew. */
export interface PlanRecord {
  readonly kind: 'plan';
  /** Mark of everything that was asked; a run that asks something else has a journal of its own. */
  readonly question: string;
  readonly startedAt: Micros;
  readonly window: Window;
}

/** A sorted run of entries lies on disk. */
export interface RunRecord {
  readonly kind: 'run';
  readonly name: string;
  readonly bytes: number;
  readonly entries: number;
  readonly first: EntryFacts;
  readonly last: EntryFacts;
}

/** Everything before `position` that was wanted is in the runs noted so far. */
interface PositionRecord {
  readonly kind: 'position';
  readonly position: string;
}

/** The source said that events of the window were dropped before this sequence. */
interface KeptFromRecord {
  readonly kind: 'kept';
  readonly from: number;
}

/** The file in hand is durable up to a place, and the source can go on behind it. */
interface OpenFileRecord {
  readonly kind: 'place';
  readonly file: number;
  readonly bytes: number;
  readonly entries: number;
  readonly first: EntryFacts;
  readonly last: EntryFacts;
  readonly position: string;
}

/** A file is complete and durable under its working name; it may have its final name already. */
interface FileRecord extends FileFacts {
  readonly kind: 'file';
  readonly file: number;
  readonly position?: string;
}

/** With what the proof of the export was begun: it is made for this checkpoint and no other. */
export interface ProofStartRecord {
  readonly kind: 'proof';
  /** Signed. */
  readonly checkpoint: string;
  readonly keys: readonly string[];
  readonly personalPaths: readonly string[];
}

/** The proof is complete and durable under its working name; it may have its final name already. */
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

  /** Opens a journal to go on with, and gives what is in it; without one, an empty one is made. */
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

  /** Durable once resolved; after a crash it may be that only the first of several are there. */
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

/** Where an export stands, read from its journal. */
export interface JournalState {
  readonly plan: PlanRecord | undefined;
  readonly runs: readonly RunRecord[];
  /** The source's position behind everything that is safe. */
  readonly position: string | undefined;
  readonly fetched: boolean;
  /** Finished files, in their order. */
  readonly files: readonly FileRecord[];
  /** Of the file after them. */
  readonly openFile: OpenFileRecord | undefined;
  readonly proof: ProofStartRecord | undefined;
  /** What the source last said of it. */
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
