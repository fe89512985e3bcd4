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
/** The entries are cut into runs at every gap that is longer than their whole time divided by this. */
const gapDivisor = 8;
/** Fewer entries than this are not cut: gaps between them are chance. */
const fewEntries = 100;

/**
 * Entries that wait to become sorted runs, as the lines that they will be there: their bytes, and two numbers for each. None
 * of it is an object for the garbage collector.
 */
export class SortBuffer {
  readonly #lines: TextBuffer;
  readonly #times: number[] = [];
  /** Where each line begins, and after them where the next one will. */
  readonly #starts: number[] = [0];
  readonly #chunk = new TextBuffer(chunkBytes);

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
   * What was added, in order, each event once: as it came first. There is one run, or several when a source was read at
   * several positions at once: the entries of each position become a run, and these need not be merged with one another.
   * The runs must be read one after the other.
   */
  runs(): Iterable<RunChunk>[] {
    const facts = (line: number) => this.#facts(line);
    const order = Array.from(this.#times.keys()).sort(
      (one, other) => this.#at(one) - this.#at(other) || compareEntries(facts(one), facts(other)),
    );
    const unique = order.filter((line, index) => {
      const before = order[index - 1];
      if (before === undefined || this.#at(before) !== this.#at(line)) return true;
      return !isSameEvent(facts(before), facts(line));
    });
    return splitAtGaps(unique, (line) => this.#at(line)).map((lines) => this.#chunks(lines));
  }

  *#chunks(lines: readonly number[]): Generator<RunChunk> {
    const chunk = this.#chunk;
    let start = 0;
    for (const [index, line] of lines.entries()) {
      chunk.addBytes(this.#bytes(line));
      if (!chunk.isFull && index < lines.length - 1) continue;
      yield {
        bytes: chunk.bytes(),
        entries: index + 1 - start,
        first: this.#facts(lines[start]!),
        last: this.#facts(line),
      };
      chunk.clear();
      start = index + 1;
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

/** Cuts sorted lines at every gap that is long compared to their whole time. */
function splitAtGaps(
  lines: readonly number[],
  at: (line: number) => number,
): (readonly number[])[] {
  if (lines.length < fewEntries) return lines.length === 0 ? [] : [lines];
  const groups: number[][] = [];
  const span = at(lines.at(-1)!) - at(lines[0]!);
  for (const line of lines) {
    const group = groups.at(-1);
    if (group === undefined || (at(line) - at(group.at(-1)!)) * gapDivisor > span)
      groups.push([line]);
    else group.push(line);
  }
  return groups;
}
