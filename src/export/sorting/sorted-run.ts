import { AnnalsError } from '../../core/errors.ts';
import { readLines } from '../../core/lines.ts';
import type { Disk } from '../disk.ts';
import type { Entry, EntryFacts } from '../stages.ts';
import { TextBuffer } from '../text-buffer.ts';

/** The order of an exported file: by time, and by id when times are equal, whatever order the source has. */
export function compareEntries(one: EntryFacts, other: EntryFacts): number {
  if (one.at !== other.at) return one.at - other.at;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}

export const isSameEvent = (one: EntryFacts, other: EntryFacts | undefined): boolean =>
  one.at === other?.at && one.id === other.id;

/** What is known of a run of at least one entry. */
export interface RunFacts {
  readonly bytes: number;
  readonly entries: number;
  readonly first: EntryFacts;
  readonly last: EntryFacts;
}

/** Some entries of a run, as they are in its file. The bytes are valid until the next chunk is read. */
export interface RunChunk {
  readonly bytes: Uint8Array;
  readonly entries: number;
  readonly first: EntryFacts;
  readonly last: EntryFacts;
}

/**
 * Writes a run: lines of time, id (as JSON, so that it has no TAB and no newline) and text. The file is durable when this
 * resolves with its facts.
 */
export async function writeSortedRun(
  disk: Disk,
  path: string,
  chunks: Iterable<RunChunk> | AsyncIterable<RunChunk>,
): Promise<RunFacts> {
  const file = await disk.append(path, 0);
  let facts: RunFacts | undefined;
  try {
    for await (const { bytes, entries, first, last } of chunks) {
      await file.write(bytes);
      facts = {
        bytes: (facts?.bytes ?? 0) + bytes.length,
        entries: (facts?.entries ?? 0) + entries,
        first: facts?.first ?? first,
        last,
      };
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (facts === undefined) throw new Error('a sorted run has at least one entry');
  return facts;
}

const maxBytes = 64 * 1024 * 1024;

/** Batches in order, as chunks of a run. */
export async function* toRunChunks(
  batches: AsyncIterable<readonly Entry[]>,
): AsyncGenerator<RunChunk> {
  const lines = new TextBuffer(0);
  for await (const batch of batches) {
    const first = batch[0];
    const last = batch.at(-1);
    if (first === undefined || last === undefined) continue;
    for (const entry of batch) addLine(lines, entry);
    yield { bytes: lines.bytes(), entries: batch.length, first, last };
    lines.clear();
  }
}

const tab = 0x09;
const chunkBytes = 64 * 1024;

export async function* readSortedRun(disk: Disk, path: string): AsyncGenerator<readonly Entry[]> {
  // Many runs are read at the same time, each into memory of its own that is used again.
  const into = Buffer.allocUnsafeSlow(chunkBytes);
  for await (const lines of readLines(disk.read(path, into), { maxBytes })) {
    yield lines.map((line) => parseLine(line, path));
  }
}

/** Adds an entry as a line. A line put together first would copy its text. */
export function addLine(lines: TextBuffer, { at, id, text }: Entry): void {
  lines.add(`${at}\t${JSON.stringify(id)}\t`);
  lines.add(text);
  lines.add('\n');
}

/** Time and id of a line. */
export function parseEntryFacts(line: Buffer): EntryFacts {
  const idStart = line.indexOf(tab) + 1;
  const idEnd = line.indexOf(tab, idStart);
  return {
    at: Number(line.toString('latin1', 0, idStart - 1)),
    id: JSON.parse(line.toString('utf8', idStart, idEnd)) as string,
  };
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
