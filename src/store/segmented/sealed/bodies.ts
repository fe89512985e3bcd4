import { joinBytes } from '../../../core/bytes.ts';
import { mayShareBuffer, releaseBuffer } from '../../../runtime/release-buffer.ts';
import { blockRows } from './footer-index.ts';
import type { FrameTable } from './frame-table.ts';
import { adjacentInBlock } from './whole-blocks.ts';

const lineFeed = 0x0a;

/** The bodies of one block, in a buffer that may have others too. */
interface Block {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
  /** Where each line ends, after its line feed; computed when it is first needed. */
  ends: Uint32Array | undefined;
}

/** Decompressed blocks of bodies: one line for each event. */
export class Bodies {
  readonly #blocks: ReadonlyMap<number, Block>;

  private constructor(blocks: ReadonlyMap<number, Block>) {
    this.#blocks = blocks;
  }

  /** `bytes` has these blocks one after the other; `frames` are those of all blocks of the segment. */
  static of(bytes: Buffer<ArrayBuffer>, numbers: readonly number[], frames: FrameTable): Bodies {
    const blocks = new Map<number, Block>();
    let start = 0;
    for (const number of numbers) {
      const end = start + frames.sizeOf(number);
      blocks.set(number, { bytes, start, end, ends: undefined });
      start = end;
    }
    return new Bodies(blocks);
  }

  /** The blocks of all of these. */
  static together(some: readonly Bodies[]): Bodies {
    return new Bodies(new Map(some.flatMap((one) => [...one.#blocks])));
  }

  /** Each block by itself, in a buffer of its own. */
  *split(): Generator<[block: number, bodies: Bodies]> {
    for (const [number, { bytes, start, end }] of this.#blocks) {
      const copy = Buffer.from(Uint8Array.prototype.slice.call(bytes, start, end).buffer);
      const block = { bytes: copy, start: 0, end: copy.length, ends: undefined };
      yield [number, new Bodies(new Map([[number, block]]))];
    }
  }

  /** How many bytes all lines have. */
  get size(): number {
    let size = 0;
    for (const { start, end } of this.#blocks.values()) size += end - start;
    return size;
  }

  textOf(row: number): string {
    const { bytes, from, to } = this.#span(row, 1);
    return bytes.toString('utf8', from, to - 1);
  }

  /** The lines of these rows, in their order, in a buffer of their own. */
  copy(rows: Uint32Array): Uint8Array<ArrayBuffer> {
    return this.#copied(this.#spans(rows));
  }

  /**
   * The same, of blocks in one buffer; afterwards this object is empty. If rows ascend and most of the bytes here are
   * theirs, the lines are moved together in the buffer in which they are.
   */
  take(rows: Uint32Array): Uint8Array<ArrayBuffer> {
    const { bytes } = this.#anyBlock;
    const spans = this.#spans(rows);
    const size = spans.reduce((sum, { from, to }) => sum + to - from, 0);
    const ascending = spans.every(({ from }, nth) => nth === 0 || from >= spans[nth - 1]!.to);
    if (!ascending || size * 2 < bytes.length || mayShareBuffer(bytes)) {
      const lines = this.#copied(spans);
      releaseBuffer(bytes);
      return lines;
    }
    let length = 0;
    for (const { from, to } of spans) {
      if (from !== length) bytes.copyWithin(length, from, to);
      length += to - from;
    }
    return bytes.subarray(0, length);
  }

  /** Gives the memory back, of blocks in one buffer. */
  [Symbol.dispose](): void {
    releaseBuffer(this.#anyBlock.bytes);
  }

  get #anyBlock(): Block {
    return this.#blocks.values().next().value!;
  }

  #copied(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
    return joinBytes(spans.map(({ bytes, from, to }) => bytes.subarray(from, to)));
  }

  #spans(rows: Uint32Array): Span[] {
    const spans: Span[] = [];
    for (let at = 0; at < rows.length; ) {
      const count = adjacentInBlock(rows, at);
      spans.push(this.#span(rows[at]!, count));
      at += count;
    }
    return spans;
  }

  /** Where the lines of consecutive rows of one block are. For a whole block, no line is looked for. */
  #span(first: number, count: number): Span {
    const block = this.#blocks.get(Math.floor(first / blockRows))!;
    const index = first % blockRows;
    const { bytes, start, end } = block;
    if (count === blockRows) return { bytes, from: start, to: end };
    block.ends ??= lineEnds(bytes, start, end);
    return {
      bytes,
      from: index === 0 ? start : block.ends[index - 1]!,
      to: block.ends[index + count - 1]!,
    };
  }
}

interface Span {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly from: number;
  readonly to: number;
}

function lineEnds(bytes: Buffer, start: number, end: number): Uint32Array {
  const ends = new Uint32Array(blockRows);
  let at = start;
  for (let row = 0; row < blockRows && at < end; row += 1) {
    at = bytes.indexOf(lineFeed, at) + 1;
    ends[row] = at;
  }
  return ends;
}
