import { joinBytes } from '../../../core/bytes.ts';
import { mayShareBuffer, releaseBuffer } from '../../../runtime/release-buffer.ts';
import { blockRows } from './footer-index.ts';
import type { FrameTable } from './frame-table.ts';
import { adjacentInBlock } from './whole-blocks.ts';

const lineFeed = 0x0a;

/** One of several blocks of bodies in a buffer. */
interface Block {
  readonly start: number;
  readonly end: number;
  /** Where each line ends, after its line feed; computed when it is first needed. */
  ends: Uint32Array | undefined;
}

/** Decompressed blocks of bodies: one line for each event. */
export class Bodies {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly #blocks = new Map<number, Block>();

  /** `bytes` has these blocks one after the other; `frames` are those of all blocks of the segment. */
  constructor(bytes: Buffer<ArrayBuffer>, blocks: readonly number[], frames: FrameTable) {
    this.bytes = bytes;
    let start = 0;
    for (const block of blocks) {
      const end = start + frames.sizeOf(block);
      this.#blocks.set(block, { start, end, ends: undefined });
      start = end;
    }
  }

  textOf(row: number): string {
    const { from, to } = this.#span(row, 1);
    return this.bytes.toString('utf8', from, to - 1);
  }

  /** The lines of these rows, in their order, in a buffer of their own. */
  copy(rows: Uint32Array): Uint8Array<ArrayBuffer> {
    return this.#copied(this.#spans(rows));
  }

  /**
   * The same; afterwards this object is empty. If rows ascend and most of the bytes here are theirs, the lines are moved
   * together in the buffer in which they are.
   */
  take(rows: Uint32Array): Uint8Array<ArrayBuffer> {
    const spans = this.#spans(rows);
    const size = spans.reduce((sum, { from, to }) => sum + to - from, 0);
    const ascending = spans.every(({ from }, nth) => nth === 0 || from >= spans[nth - 1]!.to);
    if (!ascending || size * 2 < this.bytes.length || mayShareBuffer(this.bytes)) {
      const lines = this.#copied(spans);
      releaseBuffer(this.bytes);
      return lines;
    }
    let length = 0;
    for (const { from, to } of spans) {
      if (from !== length) this.bytes.copyWithin(length, from, to);
      length += to - from;
    }
    return this.bytes.subarray(0, length);
  }

  [Symbol.dispose](): void {
    releaseBuffer(this.bytes);
  }

  #copied(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
    return joinBytes(spans.map(({ from, to }) => this.bytes.subarray(from, to)));
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
    const { start, end } = block;
    if (count === blockRows) return { from: start, to: end };
    block.ends ??= lineEnds(this.bytes, start, end);
    return {
      from: index === 0 ? start : block.ends[index - 1]!,
      to: block.ends[index + count - 1]!,
    };
  }
}

interface Span {
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
