/** Where a frame stands in its file, and what it must look like there. */
export interface FrameLocation {
  readonly start: number;
  readonly length: number;
  /** CRC-32 of its bytes as they stand there. */
  readonly crc32: number;
}

/** As it stands in a directory: `frames` holds the three numbers of each frame (see `Frames`) in base64. */
export interface StoredFrameTable {
  readonly start: number;
  readonly frames: string;
}

/** Numbers a frame: bytes in the file, bytes once unpacked, checksum. */
const numbersPerFrame = 3;

/** Frames that stand one after the other in a segment. */
export class FrameTable {
  readonly #start: number;
  readonly #index: Uint32Array;
  readonly #ends: Float64Array;

  /** `index` has three numbers for each frame: its bytes in the file, its bytes once unpacked, its checksum. */
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

  /** What it takes in memory. */
  get bytes(): number {
    return this.#index.byteLength + this.#ends.byteLength;
  }

  /** How many bytes a frame has once unpacked. */
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
