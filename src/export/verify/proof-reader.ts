import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { AnnalsError } from '../../core/errors.ts';
import { readLines } from '../../core/lines.ts';
import { parseCheckpoint } from '../../integrity/checkpoint.ts';
import { Frontier } from '../../integrity/frontier.ts';
import { type Hash, hashAt, hashBytes } from '../../integrity/hash.ts';
import { parseNote } from '../../integrity/note.ts';
import {
  maxProofLineBytes,
  type ProofHeader,
  type ProofLine,
  parseProofHeader,
  parseProofLine,
  saltAt,
} from '../proofs/proof-file.ts';
import { TreeCheck } from '../proofs/tree-check.ts';

/** What a proof says that an event must be. */
export interface ExpectedEvent {
  readonly salt: Uint8Array | undefined;
  readonly leaf: Hash;
  /** Which of the proof's events it is, in the order of the log, from 0. */
  readonly rank: number;
}

/** A line of the proof: where it is in the file, and which events it has. */
interface LineLocation {
  readonly offset: number;
  readonly length: number;
  /** Line of the file, from 1. */
  readonly number: number;
  readonly firstSequence: number;
  readonly firstRank: number;
}

/** How many lines are kept after they were read: about 15 MB, a quarter of a million events in any order. */
const maxCachedLines = 1_024;

/** A proof file that was read through once, and in which events are looked up by their sequence. */
export class ProofReader {
  readonly header: ProofHeader;
  readonly bytes: number;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  /** Events in it. */
  readonly entries: number;
  /** From which sequence to which they are, and whether none is left out between. */
  readonly span: { readonly from: number; readonly to: number; readonly unbroken: boolean };
  /** The root that its hashes lead to, or why they lead nowhere. */
  readonly root: Hash | AnnalsError;
  /** The root of the log at the earlier size, if the proof shows it. */
  readonly earlierRoot: Hash | undefined;
  readonly #file: FileHandle;
  readonly #lines: readonly LineLocation[];
  readonly #cache = new Map<LineLocation, ProofLine>();
  /** Used for each read: new buffers would be created faster than they are collected. */
  #scratch = Buffer.alloc(0);

  private constructor(file: FileHandle, read: ProofContents) {
    this.#file = file;
    this.#lines = read.lines;
    this.header = read.header;
    this.bytes = read.bytes;
    this.sha256 = read.sha256;
    this.entries = read.entries;
    this.span = read.span;
    this.root = read.root;
    this.earlierRoot = read.earlierRoot;
  }

  /**
   * Reads the whole proof. Rejects with `corrupt` when it cannot be read; the caller checks whether it leads to its
   * checkpoint. `earlier` is a size of the log whose root the caller needs.
   */
  static async open(path: string, earlier?: number): Promise<ProofReader> {
    const file = await open(path);
    try {
      return new ProofReader(file, await readWholeProof(file, earlier));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** What the event of this sequence must be, if that needs no reading. */
  cached(sequence: number): ExpectedEvent | undefined {
    const location = this.#lineOf(sequence);
    const line = location && this.#cache.get(location);
    return location && line && expectedIn(line, location, sequence);
  }

  /** What the event of this sequence must be; undefined when it is not in the proof. */
  async find(sequence: number): Promise<ExpectedEvent | undefined> {
    const location = this.#lineOf(sequence);
    if (location === undefined) return undefined;
    return expectedIn(await this.#read(location), location, sequence);
  }

  /** The ranges of sequences whose ranks are not in `seen`, in order. */
  async *unseen(
    seen: (rank: number) => boolean,
  ): AsyncGenerator<{ readonly from: number; readonly to: number }> {
    let gap: { from: number; to: number } | undefined;
    for (const [index, location] of this.#lines.entries()) {
      const end = this.#lines[index + 1]?.firstRank ?? this.entries;
      let areAllSeen = true;
      for (let rank = location.firstRank; rank < end; rank += 1) areAllSeen &&= seen(rank);
      if (areAllSeen) continue;
      let rank = location.firstRank;
      for (const [from, to] of (await this.#read(location)).runs) {
        for (let sequence = from; sequence < to; sequence += 1, rank += 1) {
          if (seen(rank)) continue;
          if (gap?.to === sequence) gap.to += 1;
          else {
            if (gap !== undefined) yield gap;
            gap = { from: sequence, to: sequence + 1 };
          }
        }
      }
    }
    if (gap !== undefined) yield gap;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #lineOf(sequence: number): LineLocation | undefined {
    const lines = this.#lines;
    let low = 0;
    let high = lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lines[middle]!.firstSequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return lines[low - 1];
  }

  async #read(location: LineLocation): Promise<ProofLine> {
    const cached = this.#cache.get(location);
    if (cached !== undefined) return cached;
    const { offset, length, number } = location;
    if (this.#scratch.length < length) this.#scratch = Buffer.alloc(length);
    const { bytesRead } = await this.#file.read(this.#scratch, 0, length, offset);
    const line = parseProofLine(this.#scratch.toString('utf8', 0, bytesRead), number);
    this.#cache.set(location, line);
    // The line that was read first is removed: lines are read more or less in order.
    if (this.#cache.size > maxCachedLines) this.#cache.delete(this.#cache.keys().next().value!);
    return line;
  }
}

function expectedIn(
  line: ProofLine,
  { firstRank }: LineLocation,
  sequence: number,
): ExpectedEvent | undefined {
  let before = 0;
  for (const [from, to] of line.runs) {
    if (sequence < from) return undefined;
    if (sequence < to) {
      const index = before + sequence - from;
      return {
        salt: saltAt(line, index),
        leaf: hashAt(line.leaves, index),
        rank: firstRank + index,
      };
    }
    before += to - from;
  }
  return undefined;
}

type ProofContents = Pick<
  ProofReader,
  'header' | 'bytes' | 'sha256' | 'entries' | 'span' | 'root' | 'earlierRoot'
> & { readonly lines: readonly LineLocation[] };

async function readWholeProof(
  file: FileHandle,
  earlier: number | undefined,
): Promise<ProofContents> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const stream = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 64 * 1024 });
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  let header: ProofHeader | undefined;
  let tree: TreeCheck | undefined;
  let broken: AnnalsError | undefined;
  let number = 0;
  let offset = 0;
  let entries = 0;
  let to = 0;
  let unbroken = true;
  const locations: LineLocation[] = [];
  const prefix = new Frontier();
  for await (const texts of readLines(chunks(), { maxBytes: maxProofLineBytes })) {
    for (const text of texts) {
      number += 1;
      const length = Buffer.byteLength(text);
      if (header === undefined) {
        header = parseProofHeader(text);
        tree = new TreeCheck(parseCheckpoint(parseNote(header.checkpoint).text).size);
      } else {
        const line = parseProofLine(text, number);
        const [firstSequence] = line.runs[0] ?? [];
        if (firstSequence !== undefined) {
          if (firstSequence < to) throw outOfOrder(number);
          unbroken &&= locations.length === 0 || firstSequence === to;
          for (const [at, [from]] of line.runs.entries()) {
            unbroken &&= at === 0 || from === line.runs[at - 1]![1];
          }
          locations.push({ offset, length, number, firstSequence, firstRank: entries });
          entries += line.leaves.length / hashBytes;
          to = line.runs.at(-1)![1];
          if (earlier !== undefined) extendFrontier(prefix, line, earlier);
        }
        broken ??= attempt(() => tree!.add(line));
      }
      offset += length + 1;
    }
  }
  if (header === undefined || tree === undefined) {
    throw new AnnalsError('corrupt', 'Cannot read the proof: it is empty');
  }
  let root: Hash | AnnalsError = new AnnalsError('corrupt', 'Cannot read the proof');
  broken ??= attempt(() => {
    root = tree.root();
  });
  return {
    header,
    bytes,
    sha256: hash.digest('hex'),
    entries,
    span: { from: locations[0]?.firstSequence ?? 0, to, unbroken },
    root: broken ?? root,
    earlierRoot: prefix.size === earlier ? prefix.root() : undefined,
    lines: locations,
  };
}

/** Follows the log from its beginning, as far as the proof has all of it. */
function extendFrontier(prefix: Frontier, { runs, leaves }: ProofLine, size: number): void {
  let index = 0;
  for (const [from, to] of runs) {
    for (let sequence = from; sequence < to; sequence += 1, index += 1) {
      if (sequence === prefix.size && sequence < size) {
        prefix.appendSubtree(0, hashAt(leaves, index));
      }
    }
  }
}

function attempt(step: () => void): AnnalsError | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof AnnalsError) return error;
    throw error;
  }
}

function outOfOrder(number: number): AnnalsError {
  return new AnnalsError('corrupt', `Cannot read the proof: line ${number} is out of order`);
}
