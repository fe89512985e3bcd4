import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

/** What a server of Annals 0.1 said about the directory that it left. */
export interface Format1 {
  readonly operatorKey: string;
  /** A key of an administrator, by the slug of the organisation. */
  readonly keys: Readonly<Record<Organisation, string>>;
  /** The whole trail, own records included, as NDJSON. */
  readonly exported: Readonly<Record<Organisation, string>>;
}

type Organisation = 'acme' | 'globex';

/**
 * Puts a data directory of format 1 in place, as a kill has left it. A server of Annals 0.1 wrote it, with 20 events a
 * segment: it recorded for two organisations, dropped the oldest segments, erased the events of five users one after
 * the other, and compacted what was small. Then it could seal no more, so that two segments are unsealed. Beside them is
 * what earlier kills left: segments and runs that were replaced, a database that was sealed, one that was only begun,
 * and two files that were not written to their ends.
 */
export function unpackFormat1(directory: string): Format1 {
  const bytes = readFileSync(new URL('format-1.fixture.zst', import.meta.url));
  return unpackDirectory<Format1>(bytes, directory);
}

/**
 * Puts the files of a kept directory in place, and returns what was said about them. The form is a zstd frame of a line of
 * JSON, which has the names and lengths of the files in `files`, and of the files, one behind the other.
 */
export function unpackDirectory<Said>(compressed: Uint8Array, directory: string): Said {
  const bytes = zstdDecompressSync(compressed);
  const headerEnd = bytes.indexOf('\n');
  const { files, ...said } = JSON.parse(bytes.toString('utf8', 0, headerEnd)) as {
    readonly files: readonly [name: string, length: number][];
  };
  let at = headerEnd + 1;
  for (const [name, length] of files) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes.subarray(at, at + length), { mode: 0o600 });
    at += length;
  }
  return said as Said;
}
