import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { bytesText, type Finding, findingsOf, type Subject } from './finding.ts';

const { ok, warning, problem } = findingsOf('limits');

export interface LimitFacts {
  /** File descriptors that a process may have; undefined if that is not known. */
  readonly openFiles: number | undefined;
  /** What the machine has, or what its container may have. */
  readonly memoryBytes: number;
  /** The setting: bytes that bodies of requests may have at a time. */
  readonly maxBodiesBytes: number;
}

/** A server needs some fifty for itself; half of all are for connections. */
const fewFiles = 1_024;
const enoughFiles = 4_096;
const mebibyte = 1024 * 1024;
/** A server that does little. */
const leastMemory = 256 * mebibyte;
/** What it needs at most besides the bodies of requests; see docs/operate/performance.md. */
const memoryBesideBodies = 512 * mebibyte;

/** Whether open files and memory are enough. They are those of this process: the server's, if it is started like it. */
export async function* checkLimits({ settings }: Subject): AsyncIterable<Finding> {
  const limited = process.constrainedMemory();
  yield* limitFindings({
    openFiles: await openFilesLimit(),
    // Without a limit it is 0, or larger than any machine.
    memoryBytes: Math.min(totalmem(), limited || Number.POSITIVE_INFINITY),
    maxBodiesBytes: settings.maxBodiesBytes,
  });
}

export function* limitFindings(facts: LimitFacts): Iterable<Finding> {
  const { openFiles, memoryBytes, maxBodiesBytes } = facts;
  const raise = 'Raise it: LimitNOFILE= of systemd, ulimit -n of a shell, --ulimit of a container';
  if (openFiles === undefined) yield ok('how many open files there may be is not known here');
  else if (openFiles < fewFiles) {
    yield problem(`a process may have ${openFiles} open files`, raise);
  } else if (openFiles < enoughFiles) {
    yield warning(
      `a process may have ${openFiles} open files, so at most ${openFiles / 2} connections`,
      raise,
    );
  } else yield ok(`a process may have ${openFiles} open files`);

  const needed = memoryBesideBodies + maxBodiesBytes;
  const memory = `${bytesText(memoryBytes)} of memory`;
  if (memoryBytes < leastMemory) {
    yield problem(
      `there are ${memory}; a server needs ${bytesText(leastMemory)} to do anything`,
      'Give it more',
    );
  } else if (memoryBytes < needed) {
    yield warning(
      `there are ${memory}; a server under full load needs up to ${bytesText(needed)}`,
      `Give it more, or lower --max-bodies-bytes, which is ${maxBodiesBytes}`,
    );
  } else yield ok(`there are ${memory}; a server under full load needs up to ${bytesText(needed)}`);
}

/** Node raises the soft limit to the hard one when it starts, so this is what a server gets. */
async function openFilesLimit(): Promise<number | undefined> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(text) ?? [];
  if (soft === 'unlimited') return Number.POSITIVE_INFINITY;
  return soft === '' ? undefined : Number(soft);
}
