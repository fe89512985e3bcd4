import type { Entry, EntryFacts } from '../stages.ts';
import { TextBuffer } from '../text-buffer.ts';
import {
  addLine,
  compareEntries,
  isSameEvent,
  parseEntryFacts,
  type RunChunk,
} from './sorted-run.ts';

const chunkBytes = 256 * 1024;
/** A pile is cut into runs where nothing lies for a greater part of its time than one in so many, */
const gapDivisor = 8;
/** unless it has so few entries that such gaps are between them by chance. */
const fewEntries = 100;

/**
 * Entries on their way to sorted runs, as the lines they will be: their bytes and two numbers for each, of which the
 * garbage collector knows nothing.
 */
export class SortBuffer {
  readonly #lines: TextBuffer;
  readonly #times: number[] = [];
  /** Where each line begins, and at last where the next one will. */
  readonly #starts: number[] = [0];
  readonly #piece = new TextBuffer(chunkBytes);

  constructor(fullBytes: number) {
    this.#lines = new TextBuffer(fullBytes);
  }

  get isFull(): boolean {
    return this.#lines.isFull;
  }

  add(entry: Entry): void {
    addLine(this.#lines, entry);
    this.#times.push(entry.at);
    this.#starts.push(this.#lines.length);
  }

  clear(): void {
    this.#lines.clear();
    this.#times.length = 0;
    this.#starts.length = 1;
  }

  /**
   * What was added, in order, each event once: as it came first. A source that is read in several places at once gives
   * runs of their own for each, which need not be merged with one another; hence a pile may make more than one. They
   * are to be taken one after the other.
   */
  runs(): Iterable<RunChunk>[] {
    const facts = (line: number) => this.#facts(line);
    const order = Array.from(this.#times.keys()).sort(
      (one, other) => this.#at(one) - this.#at(other) || compareEntries(facts(one), facts(other)),
    );
    const unique = order.filter((line, place) => {
      const before = order[place - 1];
      if (before === undefined || this.#at(before) !== this.#at(line)) return true;
      return !isSameEvent(facts(before), facts(line));
    });
    return splitAtGaps(unique, (line) => this.#at(line)).map((lines) => this.#chunks(lines));
  }

  *#chunks(lines: readonly number[]): Generator<RunChunk> {
    const piece = this.#piece;
    let start = 0;
    for (const [place, line] of lines.entries()) {
      piece.addBytes(this.#bytes(line));
      if (!piece.isFull && place < lines.length - 1) continue;
      yield {
        bytes: piece.bytes(),
        entries: place + 1 - start,
        first: this.#facts(lines[start]!),
        last: this.#facts(line),
      };
      piece.clear();
      start = place + 1;
    }
  }

  #at(line: number): number {
    return this.#times[line]!;
  }

  #bytes(line: number): Buffer {
    return this.#lines.bytes(this.#starts[line], this.#starts[line + 1]);
  }

  #facts(line: number): EntryFacts {
    return parseEntryFacts(this.#bytes(line));
  }
}

/** Cuts what is in order wherever there is a gap that is wide in relation to the whole. */
function splitAtGaps(
  lines: readonly number[],
  at: (line: number) => number,
): (readonly number[])[] {
  if (lines.length < fewEntries) return lines.length === 0 ? [] : [lines];
  const parts: number[][] = [];
  const span = at(lines.at(-1)!) - at(lines[0]!);
  for (const line of lines) {
    const part = parts.at(-1);
    if (part === undefined || (at(line) - at(part.at(-1)!)) * gapDivisor > span) parts.push([line]);
    else part.push(line);
  }
  return parts;
}
