/** Where a frame stands in its file, and what it must look like there. */
export interface FramePlace {
  readonly start: number;
  readonly length: number;
  /** CRC-32 of its bytes as they stand there. */
  readonly crc32: number;
}

/** As it stands in a directory: `frames` holds the three numbers of each frame (see `Frames`) in base64. */
export interface StoredFrames {
  readonly start: number;
  readonly frames: string;
}

/** Numbers a frame: bytes in the file, bytes once unpacked, checksum. */
const numbers = 3;

/** Frames that stand one after the other in a segment. */
export class Frames {
  readonly #start: number;
  readonly #index: Uint32Array;
  readonly #ends: Float64Array;

  /** `index` has three numbers for each frame: its bytes in the file, its bytes once unpacked, its checksum. */
  constructor(start: number, index: Uint32Array) {
    this.#start = start;
    this.#index = index;
    this.#ends = new Float64Array(index.length / numbers);
    let end = start;
    for (let frame = 0; frame < this.#ends.length; frame += 1) {
      end += index[frame * numbers]!;
      this.#ends[frame] = end;
    }
  }

  static of({ start, frames }: StoredFrames): Frames {
    const { buffer } = Uint8Array.from(Buffer.from(frames, 'base64'));
    return new Frames(start, new Uint32Array(buffer));
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
    return this.#index[frame * numbers + 1]!;
  }

  placeOf(frame: number): FramePlace {
    const start = frame === 0 ? this.#start : this.#ends[frame - 1]!;
    const length = this.#index[frame * numbers]!;
    return { start, length, crc32: this.#index[frame * numbers + 2]! };
  }

  toJSON(): StoredFrames {
    const { buffer } = this.#index;
    return { start: this.#start, frames: Buffer.from(buffer).toString('base64') };
  }
}
