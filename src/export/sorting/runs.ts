import { AnnalsError } from '../../core/errors.ts';
import { readLines } from '../../core/lines.ts';
import type { Disk } from '../disk.ts';
import type { Entry, EntryFacts } from '../stages.ts';

/** The order of an exported file: by time, and by id where that is equal, whatever order the source has. */
export function byTime(one: EntryFacts, other: EntryFacts): number {
  if (one.at !== other.at) return one.at - other.at;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}

export const isRepetition = (one: EntryFacts, other: EntryFacts | undefined): boolean =>
  one.at === other?.at && one.id === other.id;

/** What is known of a run of at least one entry. */
export interface RunFacts {
  readonly bytes: number;
  readonly entries: number;
  readonly first: EntryFacts;
  readonly last: EntryFacts;
}

/**
 * A run lies on disk as lines of time, id (as JSON, so that it holds no TAB and no newline) and text. What is said
 * about one is durable: the file is synced before it is returned.
 */
export async function writeRun(
  disk: Disk,
  path: string,
  batches: Iterable<readonly Entry[]> | AsyncIterable<readonly Entry[]>,
): Promise<RunFacts> {
  const file = await disk.append(path, 0);
  let bytes = 0;
  let entries = 0;
  let first: EntryFacts = { id: '', at: 0 };
  let last = first;
  try {
    for await (const batch of batches) {
      const [head] = batch;
      const tail = batch.at(-1);
      if (head === undefined || tail === undefined) continue;
      if (entries === 0) first = { id: head.id, at: head.at };
      last = { id: tail.id, at: tail.at };
      const lines = batch.map(({ at, id, text }) => `${at}\t${JSON.stringify(id)}\t${text}\n`);
      const block = Buffer.from(lines.join(''));
      await file.write(block);
      bytes += block.length;
      entries += batch.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, entries, first, last };
}

const pieceBytes = 64 * 1024;
const maxBytes = 64 * 1024 * 1024;

export async function* readRun(disk: Disk, path: string): AsyncGenerator<readonly Entry[]> {
  // Many runs are read at the same time, each again and again into its own memory.
  const into = Buffer.allocUnsafeSlow(pieceBytes);
  for await (const lines of readLines(disk.read(path, into), { maxBytes })) {
    yield lines.map((line) => parseLine(line, path));
  }
}

function parseLine(line: string, path: string): Entry {
  const idStart = line.indexOf('\t') + 1;
  const textStart = line.indexOf('\t', idStart) + 1;
  const at = Number(line.slice(0, idStart - 1));
  if (idStart === 0 || textStart === 0 || !Number.isSafeInteger(at)) {
    throw new AnnalsError('corrupt', `Cannot continue the export: ${path} is damaged`);
  }
  const id = JSON.parse(line.slice(idStart, textStart - 1)) as string;
  return { at, id, text: line.slice(textStart) };
}
