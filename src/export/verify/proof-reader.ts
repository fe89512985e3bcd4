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

/** A line of the proof: where it lies, and which events are in it. */
interface LineLocation {
  readonly offset: number;
  readonly length: number;
  /** Line of the file, from 1. */
  readonly number: number;
  readonly firstSequence: number;
  readonly firstRank: number;
}

/** Lines kept after they were read: some 15 MB, a quarter of a million events in any order. */
const maxCachedLines = 1_024;

/** A proof file that was read through once, and in which events are looked up by their sequence. */
export class ProofReader {
  readonly header: ProofHeader;
  readonly bytes: number;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  /** Events in it. */
  readonly entries: number;
  /** Whether these are one stretch of the log with nothing left out between them; from where to where. */
  readonly span: { readonly from: number; readonly to: number; readonly unbroken: boolean };
  /** The root that its hashes lead to, or why they lead nowhere. */
  readonly root: Hash | AnnalsError;
  /** The root of the log when it had the size asked for, where the proof shows it. */
  readonly earlierRoot: Hash | undefined;
  readonly #file: FileHandle;
  readonly #lines: readonly LineLocation[];
  readonly #cache = new Map<LineLocation, ProofLine>();
  /** Read into again and again; buffers made anew would pile up faster than they are collected. */
  #scratch = Buffer.alloc(0);

  private constructor(file: FileHandle, read: ProofContents) {
    this.#file = file;
    this.#lines = read.places;
    this.header = read.header;
    this.bytes = read.bytes;
    this.sha256 = read.sha256;
    this.entries = read.entries;
    this.span = read.span;
    this.root = read.root;
    this.earlierRoot = read.earlierRoot;
  }

  /**
   * Reads the whole proof. Rejects with `corrupt` where it cannot be understood; whether it leads to its checkpoint is
   * for the caller to see. `earlier` is a size of the log whose root is wanted.
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
    const place = this.#lineOf(sequence);
    const line = place && this.#cache.get(place);
    return place && line && expectedIn(line, place, sequence);
  }

  /** What the event of this sequence must be; undefined when it is not in the proof. */
  async find(sequence: number): Promise<ExpectedEvent | undefined> {
    const place = this.#lineOf(sequence);
    if (place === undefined) return undefined;
    return expectedIn(await this.#read(place), place, sequence);
  }

  /** The stretches of sequences whose ranks are not in `seen`, in order. */
  async *unseen(
    seen: (rank: number) => boolean,
  ): AsyncGenerator<{ readonly from: number; readonly to: number }> {
    let gap: { from: number; to: number } | undefined;
    for (const [index, place] of this.#lines.entries()) {
      const end = this.#lines[index + 1]?.firstRank ?? this.entries;
      let whole = true;
      for (let rank = place.firstRank; rank < end; rank += 1) whole &&= seen(rank);
      if (whole) continue;
      let rank = place.firstRank;
      for (const [from, to] of (await this.#read(place)).runs) {
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
    const places = this.#lines;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle]!.firstSequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return places[low - 1];
  }

  async #read(place: LineLocation): Promise<ProofLine> {
    const kept = this.#cache.get(place);
    if (kept !== undefined) return kept;
    if (this.#scratch.length < place.length) this.#scratch = Buffer.alloc(place.length);
    const { bytesRead } = await this.#file.read(this.#scratch, 0, place.length, place.offset);
    const line = parseProofLine(this.#scratch.toString('utf8', 0, bytesRead), place.number);
    this.#cache.set(place, line);
    // The one that was read first goes first; lines are read in their order, give or take.
    if (this.#cache.size > maxCachedLines) this.#cache.delete(this.#cache.keys().next().value!);
    return line;
  }
}

function expectedIn(
  line: ProofLine,
  place: LineLocation,
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
        rank: place.firstRank + index,
      };
    }
    before += to - from;
  }
  return undefined;
}

type ProofContents = Pick<
  ProofReader,
  'header' | 'bytes' | 'sha256' | 'entries' | 'span' | 'root' | 'earlierRoot'
> & { readonly places: readonly LineLocation[] };

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
  const places: LineLocation[] = [];
  const prefix = new Frontier();
  for await (const lines of readLines(chunks(), { maxBytes: maxProofLineBytes })) {
    for (const text of lines) {
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
          unbroken &&= places.length === 0 || firstSequence === to;
          for (const [at, [from]] of line.runs.entries()) {
            unbroken &&= at === 0 || from === line.runs[at - 1]![1];
          }
          places.push({ offset, length, number, firstSequence, firstRank: entries });
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
    span: { from: places[0]?.firstSequence ?? 0, to, unbroken },
    root: broken ?? root,
    earlierRoot: prefix.size === earlier ? prefix.root() : undefined,
    places,
  };
}

/** Follows the log from its very beginning, as far as the proof has all of it. */
function extendFrontier(prefix: Frontier, { runs, leaves }: ProofLine, size: number): void {
  let place = 0;
  for (const [from, to] of runs) {
    for (let sequence = from; sequence < to; sequence += 1, place += 1) {
      if (sequence === prefix.size && sequence < size) {
        prefix.appendSubtree(0, hashAt(leaves, place));
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
