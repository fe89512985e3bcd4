import { AnnalsError } from '../../core/errors.ts';
import { hashBytes } from '../../integrity/hash.ts';
import type { LeafRange } from '../../integrity/multiproof.ts';
import { saltBytes } from '../../integrity/personal.ts';
import { cover } from '../../integrity/subtree.ts';
import { entriesPerLine, type ProofLine } from './proof-file.ts';

/** What a proof says about one event. */
export interface ProvedEvent {
  readonly sequence: number;
  readonly salt: Uint8Array | undefined;
  readonly leaf: Uint8Array;
}

/** Fetches the hashes that stand for everything but these ranges, in a tree of `size` leaves. */
export type FetchHashes = (size: number, runs: readonly LeafRange[]) => Promise<Uint8Array>;

/** For how many lines the hashes are fetched together. */
const linesPerBatch = 64;

/**
 * The lines of a proof in a tree of `size` leaves, for events that come in the order of their sequences. Hashes are fetched
 * in groups, and only where there is a gap between the events: for one unbroken range at its two ends, however long it is.
 * Throws `corrupt` when the events are out of order, or a response does not have the hashes that belong there.
 */
export async function* proofLines(
  size: number,
  events: AsyncIterable<readonly ProvedEvent[]>,
  redacted: boolean,
  fetchHashes: FetchHashes,
): AsyncGenerator<ProofLine> {
  let reached = 0;
  for await (const group of batchLines(events)) {
    const runs = group.map((line) => leafRangesOf(line, size));
    const hashes = await hashesBetween(reached, runs.flat(), size, fetchHashes);
    let used = 0;
    for (const [index, line] of group.entries()) {
      const own = runs[index]!;
      const end = used + gapHashCount(reached, own, size) * hashBytes;
      yield {
        runs: own.map(({ from, to }) => [from, to] as const),
        hashes: hashes.subarray(used, end),
        salts: redacted ? noBytes : Buffer.concat(line.map(({ salt }) => salt ?? noSalt)),
        leaves: Buffer.concat(line.map(({ leaf }) => leaf)),
      };
      used = end;
      reached = own.at(-1)!.to;
    }
  }
  const hashes = await hashesBetween(reached, [{ from: size, to: size }], size, fetchHashes);
  yield { runs: [], hashes, salts: noBytes, leaves: noBytes };
}

const noBytes = new Uint8Array();
const noSalt = new Uint8Array(saltBytes);

async function* batchLines(
  events: AsyncIterable<readonly ProvedEvent[]>,
): AsyncGenerator<ProvedEvent[][]> {
  let group: ProvedEvent[][] = [];
  let line: ProvedEvent[] = [];
  for await (const batch of events) {
    for (const event of batch) {
      if (line.length === entriesPerLine) {
        group.push(line);
        line = [];
        if (group.length === linesPerBatch) {
          yield group;
          group = [];
        }
      }
      line.push(event);
    }
  }
  if (line.length > 0) yield [...group, line];
}

/** The unbroken ranges of events that are in order. */
function leafRangesOf(events: readonly ProvedEvent[], size: number): LeafRange[] {
  const runs: { from: number; to: number }[] = [];
  for (const { sequence } of events) {
    const last = runs.at(-1);
    if (sequence >= size) {
      throw new AnnalsError(
        'corrupt',
        `Cannot prove the event of sequence ${sequence}: the checkpoint is of size ${size}`,
      );
    }
    if (last?.to === sequence) last.to += 1;
    else runs.push({ from: sequence, to: sequence + 1 });
  }
  return runs;
}

async function hashesBetween(
  reached: number,
  runs: readonly LeafRange[],
  size: number,
  fetchHashes: FetchHashes,
): Promise<Uint8Array> {
  const count = gapHashCount(reached, runs, size);
  if (count === 0) return noBytes;
  // Everything outside of the gaps counts as chosen, so that no hashes are sent for it.
  const chosen = [{ from: 0, to: reached }, ...runs, { from: runs.at(-1)!.to, to: size }];
  const hashes = await fetchHashes(
    size,
    chosen.filter(({ from, to }) => from < to),
  );
  if (hashes.length === count * hashBytes) return hashes;
  throw new AnnalsError(
    'corrupt',
    `Cannot prove the export: ${count} hashes were requested, and ${hashes.length} bytes came`,
  );
}

/** How many hashes stand for what is before and between these ranges, from `reached` on. */
function gapHashCount(reached: number, runs: readonly LeafRange[], size: number): number {
  let next = reached;
  let count = 0;
  for (const { from, to } of runs) {
    if (from < next) {
      throw new AnnalsError(
        'corrupt',
        `Cannot prove the export: two events of sequence ${from} were sent`,
      );
    }
    count += cover(next, from, size).length;
    next = to;
  }
  return count;
}
