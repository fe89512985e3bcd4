import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AnnalsError, messageOf } from '../../core/errors.ts';

/**
 * The files of a store.
 *
 *     store.db               held as long as the store is open; what concerns the store as a whole
 *     segments/000007.db     takes events, or is waiting to be sealed (with its -wal and -shm)
 */
export class DataDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes what is missing. */
  prepare(): void {
    try {
      mkdirSync(this.segments, { recursive: true });
    } catch (cause) {
      throw new AnnalsError(
        'invalid',
        `Cannot use ${this.path} as data directory: ${messageOf(cause)}`,
        { cause },
      );
    }
  }

  get store(): string {
    return join(this.path, 'store.db');
  }

  get segments(): string {
    return join(this.path, 'segments');
  }

  database(number: number): string {
    return join(this.segments, `${name(number)}.db`);
  }

  /** Numbers of the segments in SQLite, ascending. */
  databases(): number[] {
    return this.#numbersOf(/^(\d{6,})\.db$/);
  }

  removeDatabase(number: number): void {
    const path = this.database(number);
    // The database last: as long as it is there, it is whole.
    for (const suffix of ['-shm', '-wal', '']) rmSync(path + suffix, { force: true });
  }

  /** Makes additions to and removals from the segments' directory survive a power cut. */
  sync(): void {
    const descriptor = openSync(this.segments, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  #numbersOf(pattern: RegExp): number[] {
    return readdirSync(this.segments)
      .map((file) => pattern.exec(file)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }
}

function name(number: number): string {
  return String(number).padStart(6, '0');
}
