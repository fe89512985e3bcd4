/** Where a frame is in its file, and its checksum. */
export interface FrameLocation {
  readonly start: number;
  readonly length: number;
  /** CRC-32 of its bytes in the file. */
  readonly crc32: number;
}

/** A frame table as it is in a footer index: `frames` has the three numbers of each frame in base64. */
export interface StoredFrameTable {
  readonly start: number;
  readonly frames: string;
}

/** Of each frame: its bytes in the file, its bytes once decompressed, its checksum. */
const numbersPerFrame = 3;

/** Frames that follow each other in a segment. */
export class FrameTable {
  readonly #start: number;
  readonly #index: Uint32Array;
  readonly #ends: Float64Array;

  /** `index` has the three numbers of each frame. */
  constructor(start: number, index: Uint32Array) {
    this.#start = start;
    this.#index = index;
    this.#ends = new Float64Array(index.length / numbersPerFrame);
    let end = start;
    for (let frame = 0; frame < this.#ends.length; frame += 1) {
      end += index[frame * numbersPerFrame]!;
      this.#ends[frame] = end;
    }
  }

  static of({ start, frames }: StoredFrameTable): FrameTable {
    const { buffer } = Uint8Array.from(Buffer.from(frames, 'base64'));
    return new FrameTable(start, new Uint32Array(buffer));
  }

  get count(): number {
    return this.#ends.length;
  }

  /** Its size in memory. */
  get bytes(): number {
    return this.#index.byteLength + this.#ends.byteLength;
  }

  /** The bytes of a frame once it is decompressed. */
  sizeOf(frame: number): number {
    return this.#index[frame * numbersPerFrame + 1]!;
  }

  locationOf(frame: number): FrameLocation {
    const start = frame === 0 ? this.#start : this.#ends[frame - 1]!;
    const length = this.#index[frame * numbersPerFrame]!;
    return { start, length, crc32: this.#index[frame * numbersPerFrame + 2]! };
  }

  toJSON(): StoredFrameTable {
    const { buffer } = this.#index;
    return { start: this.#start, frames: Buffer.from(buffer).toString('base64') };
  }
}
