import { randomFillSync } from 'node:crypto';
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../core/errors.ts';

export interface BallastOptions {
  readonly bytes?: number;
  /** It is only created while the disk has this many bytes left. */
  readonly spareBytes?: number;
}

/** A file that holds some room on a disk, to be given up for what must not fail when the disk is full. */
export class Ballast {
  readonly #path: string;
  readonly #bytes: number;
  readonly #spareBytes: number;
  #isGivenUp = false;

  constructor(path: string, options: BallastOptions = {}) {
    this.#path = path;
    this.#bytes = options.bytes ?? 4 * 1024 * 1024;
    this.#spareBytes = options.spareBytes ?? 8 * this.#bytes;
  }

  /** Whether its room is in use: everything else should leave that alone until there is plenty. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Does something. When the disk is full, gives up the ballast and does it once more. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isDiskFull(error) || !this.#giveUp()) throw error;
      return work();
    }
  }

  /** Creates the file unless it is there or the disk has little left. Never throws. Call it regularly. */
  restore(): void {
    try {
      if (!existsSync(this.#path)) {
        const { bavail, bsize } = statfsSync(dirname(this.#path));
        if (bavail * bsize < this.#spareBytes) return;
        // Zeros could be compressed to nothing.
        const bytes = randomFillSync(Buffer.allocUnsafe(this.#bytes));
        writeFileSync(this.#path, bytes, { mode: 0o600, flush: true });
      }
      this.#isGivenUp = false;
    } catch {
      rmSync(this.#path, { force: true });
    }
  }

  /** False when there is none. */
  #giveUp(): boolean {
    if (this.#isGivenUp) return true;
    if (!existsSync(this.#path)) return false;
    rmSync(this.#path, { force: true });
    this.#isGivenUp = true;
    return true;
  }
}

/** Errors come from other threads as texts. */
function isDiskFull(error: unknown): boolean {
  return /disk is full/i.test(messageOf(error));
}
