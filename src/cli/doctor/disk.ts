import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bytesText, type Finding, findingsOf, type Subject } from './finding.ts';

const { ok, warning, problem } = findingsOf('disk');

/** What is known of the disk of a directory. */
export interface DiskFacts {
  readonly path: string;
  /** The number by which Linux names the file system; undefined elsewhere. */
  readonly type: number | undefined;
  readonly freeBytes: number;
  readonly sizeBytes: number;
  /** 0 where there is no limit. */
  readonly inodes: number;
  readonly freeInodes: number;
  readonly readOnly: boolean;
}

interface FileSystem {
  readonly name: string;
  readonly harm?: 'gone' | 'container' | 'network';
}

/** By the numbers of statfs(2). */
const fileSystems: ReadonlyMap<number, FileSystem> = new Map([
  [0xef53, { name: 'ext4' }],
  [0x58465342, { name: 'XFS' }],
  [0x9123683e, { name: 'Btrfs' }],
  [0x2fc12fc1, { name: 'ZFS' }],
  [0x01021994, { name: 'tmpfs', harm: 'gone' }],
  [0x858458f6, { name: 'ramfs', harm: 'gone' }],
  [0x794c7630, { name: 'overlayfs', harm: 'container' }],
  [0x6969, { name: 'NFS', harm: 'network' }],
  [0xff534d42, { name: 'CIFS', harm: 'network' }],
  [0xfe534d42, { name: 'SMB', harm: 'network' }],
  [0x01021997, { name: '9P', harm: 'network' }],
  [0x65735546, { name: 'FUSE', harm: 'network' }],
  [0x00c36400, { name: 'CephFS', harm: 'network' }],
]);

/** Below it the server soon takes nothing from producers. */
const almostFullBytes = 1e9;
const fewInodes = 10_000;

/** Whether the disk of the data directory has room, and keeps what it says it has written. */
export async function* checkDisk({ data }: Subject): AsyncIterable<Finding> {
  const { path, freeBytes, sizeBytes, ...facts } = await diskFacts(data);
  yield* diskFindings({ path, freeBytes, sizeBytes, ...facts });
}

export function* diskFindings(facts: DiskFacts): Iterable<Finding> {
  const { path, type, freeBytes, sizeBytes, inodes, freeInodes, readOnly } = facts;
  const found = type === undefined ? undefined : fileSystems.get(type);
  const of = `${path} is on ${found?.name ?? 'a file system'}`;
  if (found?.harm === 'gone') {
    yield problem(`${of}, which forgets everything at a restart`, 'Use a real disk');
  } else if (found?.harm === 'container') {
    yield warning(
      `${of}, the file system of a container, which goes away with it`,
      'Mount a volume there',
    );
  } else if (found?.harm === 'network') {
    yield warning(
      `${of}: locks of SQLite and what is on the disk after a power cut depend on another machine`,
      'Use a local disk, and backups',
    );
  }
  if (readOnly) yield problem(`${path} is read-only`, 'Mount it for writing');
  const room = `${bytesText(freeBytes)} of ${bytesText(sizeBytes)} are free`;
  if (freeBytes < almostFullBytes) {
    yield problem(`${room} for ${path}`, 'Make room: on a full disk nothing is recorded');
  } else if (freeBytes < sizeBytes / 10) {
    yield warning(`${room} for ${path}`, 'Make room, or keep events for less long (--retention)');
  } else yield ok(`${room}; ${of}`);
  if (inodes > 0 && freeInodes < fewInodes) {
    yield warning(
      `${freeInodes} more files can be created on the disk of ${path}`,
      'Delete small files there, or use another disk',
    );
  }
}

async function diskFacts(data: string): Promise<DiskFacts> {
  const path = await nearestExisting(data);
  const { type, bavail, blocks, bsize, files, ffree } = await statfs(path);
  const readOnly = await access(path, constants.W_OK).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'EROFS',
  );
  return {
    path,
    type: process.platform === 'linux' ? type : undefined,
    freeBytes: bavail * bsize,
    sizeBytes: blocks * bsize,
    inodes: files,
    freeInodes: ffree,
    readOnly,
  };
}

/** The first start creates the data directory in the nearest directory above that exists. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isMissing || dirname(path) === path) throw error;
    return nearestExisting(dirname(path));
  }
}
