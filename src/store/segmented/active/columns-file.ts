import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { type ActiveColumns, visibleRows } from './columns.ts';
import {
  type ColumnsExtent,
  decodeRows,
  emptyExtent,
  encodeHeader,
  encodeRows,
  headerBytes,
  type SavedRows,
} from './saved-rows.ts';

/** After a kill, no more rows than these must be created from their events. */
const rowsPerSave = 8_192;

/** The leaf hash of an event by its row. */
export type LeafHashOf = (row: number) => Uint8Array;

/**
 * Active columns as they were saved last, beside the segment's database. To read them takes a fraction of the time that
 * it takes to create them from the events. Rows never change, so more are added and the saved ones stay right.
 *
 * Nothing depends on this file. It is not synced. Rows that are not whole, or not those of the database, do not count,
 * and neither does what follows them. If the file cannot be written there is none, and a start takes longer.
 */
export class ColumnsFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #isLost = false;
  #saved: ColumnsExtent = emptyExtent;
  #position = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The saved rows of a segment that has so many rows. Everything else in the file is removed. */
  read(rows: number, leafHashOf: LeafHashOf): readonly SavedRows[] {
    const saved: SavedRows[] = [];
    if (!existsSync(this.#path)) return saved;
    this.#guarded((descriptor) => {
      for (let next = this.#next(descriptor); next !== undefined; next = this.#next(descriptor)) {
        if (next.extent.rows > rows) break;
        saved.push(next);
        this.#saved = next.extent;
        this.#position += headerBytes + next.content.length;
      }
      const last = saved.at(-1);
      if (last !== undefined && !last.lastHash.equals(leafHashOf(last.extent.rows - 1))) {
        saved.length = 0;
        this.#saved = emptyExtent;
        this.#position = 0;
      }
      ftruncateSync(descriptor, this.#position);
    });
    return this.#isLost ? [] : saved;
  }

  /** Saves what was added, once there is enough of it. */
  saveIfDue(columns: ActiveColumns, leafHashOf: LeafHashOf): void {
    if (visibleRows(columns) >= this.#saved.rows + rowsPerSave) this.save(columns, leafHashOf);
  }

  /** Saves what was added. */
  save(columns: ActiveColumns, leafHashOf: LeafHashOf): void {
    if (visibleRows(columns) === this.#saved.rows) return;
    this.#guarded((descriptor) => {
      const added = encodeRows(columns, this.#saved, leafHashOf);
      for (const bytes of [encodeHeader(added), added.content]) {
        for (let at = 0; at < bytes.length; ) {
          const left = bytes.length - at;
          const written = writeSync(descriptor, bytes, at, left, this.#position);
          this.#position += written;
          at += written;
        }
      }
      this.#saved = added.extent;
    });
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** The next rows that were saved, if they are whole. */
  #next(descriptor: number): SavedRows | undefined {
    const header = Buffer.alloc(headerBytes);
    readSync(descriptor, header, 0, headerBytes, this.#position);
    const start = this.#position + headerBytes;
    const { size } = fstatSync(descriptor);
    return decodeRows(header, this.#saved, (bytes) => {
      if (start + bytes > size) return undefined;
      const content = new Uint8Array(bytes);
      readSync(descriptor, content, 0, bytes, start);
      return content;
    });
  }

  /** After a failure the file stays as it is: the next start looks through it. */
  #guarded(work: (descriptor: number) => void): void {
    if (this.#isLost) return;
    try {
      this.#descriptor ??= openSync(this.#path, constants.O_RDWR | constants.O_CREAT);
      work(this.#descriptor);
    } catch {
      this.#isLost = true;
      this.close();
    }
  }
}
