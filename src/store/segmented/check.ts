import { relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../../core/errors.ts';
import { DataDirectory } from './data-directory.ts';
import { IdRun } from './ids/id-run.ts';
import { SegmentFile } from './sealed/segment-file.ts';

/** A file that has been read from front to back. */
export interface CheckedFile {
  /** Its path below the data directory. */
  readonly file: string;
  /** Events in it, or ids. */
  readonly entries: number;
  /** What is wrong; absent when every byte is as it was written. */
  readonly problem?: string;
}

/**
 * Reads every sealed file of a data directory and compares it with its checksums, oldest segment first. It changes
 * nothing, so a server may be using the directory.
 */
export async function* checkSegments(directory: string): AsyncIterable<CheckedFile> {
  const files = new DataDirectory(directory);
  const paths = [
    ...files.sealedSegments().map((name) => ({ path: files.sealedPath(name), open: openSegment })),
    ...files.runs().map((span) => ({ path: files.runPath(span), open: openIdRun })),
  ];
  for (const { path, open } of paths) {
    await setImmediate();
    yield { file: relative(directory, path), ...checkFile(path, open) };
  }
}

/** A sealed file, opened to be checked. */
interface Checkable {
  readonly entries: number;
  check(): void;
  close(): void;
}

function openSegment(path: string): Checkable {
  const file = new SegmentFile(path);
  return { entries: file.footer.rows, check: () => file.check(), close: () => file.close() };
}

function openIdRun(path: string): Checkable {
  return new IdRun(path);
}

function checkFile(path: string, open: (path: string) => Checkable): Omit<CheckedFile, 'file'> {
  let entries = 0;
  try {
    const file = open(path);
    entries = file.entries;
    try {
      file.check();
    } finally {
      file.close();
    }
    return { entries };
  } catch (error) {
    return { entries, problem: messageOf(error) };
  }
}
