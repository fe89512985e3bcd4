import { joinBytes } from '../core/bytes.ts';
import { AnnalsError } from '../core/errors.ts';
import { emptyRoot, type Hash, hashAt, hashBytes, nodeHash } from './hash.ts';
import { isSize } from './subtree.ts';
import { tileHeight } from './tiles.ts';

/** The hash of the full subtree over leaves `[index · 2^level, (index + 1) · 2^level)`. */
export interface CompletedNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Hash;
}

/**
 * The right edge of a growing RFC 6962 tree: the roots of the full subtrees it consists of, one for each bit that is set
 * in its size. No more is needed to append and to know the root, so old leaves are never read again. It changes in
 * place. To be able to undo an append, use a `clone`.
 */
export class Frontier {
  #size = 0;
  /** At index `level`: the peak over 2^level leaves. Where the bit is not set in `size`, the entry is unused. */
  #peaks: Hash[] = [];

  /** Reads the stored form. Throws `corrupt` when the bytes cannot be the frontier of a tree of that size. */
  static fromBytes(size: number, bytes: Uint8Array): Frontier {
    if (!isSize(size) || bytes.length !== peakLevels(size).length * hashBytes) {
      throw new AnnalsError(
        'corrupt',
        `Cannot read the frontier of a tree of ${size} leaves: ${bytes.length} bytes cannot be its peaks`,
      );
    }
    const frontier = new Frontier();
    frontier.#size = size;
    const own = new Uint8Array(bytes);
    for (const [index, level] of peakLevels(size).entries()) {
      frontier.#peaks[level] = hashAt(own, index);
    }
    return frontier;
  }

  /**
   * The peaks from left to right, largest first, 32 bytes each. Keep this and not the frontier: each hash in it may be a
   * few bytes of a large buffer that Node shares out.
   */
  toBytes(): Uint8Array {
    return joinBytes(peakLevels(this.#size).map((level) => this.#peaks[level]!));
  }

  clone(): Frontier {
    const copy = new Frontier();
    copy.#size = this.#size;
    copy.#peaks = [...this.#peaks];
    return copy;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Appends leaves. Returns the nodes they completed in the rows of tiles above the leaves (levels 8, 16, 24 …), in the
   * order of their completion. These and the leaf hashes are all that must be kept of a tree.
   */
  append(leafHashes: Iterable<Hash>): CompletedNode[] {
    const completed: CompletedNode[] = [];
    for (const leaf of leafHashes) this.#add(0, leaf, completed);
    return completed;
  }

  /** Appends 2^level leaves, given the hash of the full subtree over them. The size must be a multiple of 2^level. */
  appendSubtree(level: number, hash: Hash): void {
    this.#add(level, hash, []);
  }

  /**
   * The root of the tree. With `tail`, the hash of one more subtree at the end of the tree, the root includes that
   * subtree.
   */
  root(tail?: Hash): Hash {
    const peaks = peakLevels(this.#size).map((level) => this.#peaks[level]!);
    if (tail !== undefined) peaks.push(tail);
    return peaks.length === 0
      ? emptyRoot
      : peaks.reduceRight((right, left) => nodeHash(left, right));
  }

  /** Carries like a binary counter: while there is a peak of the same height, the two become one. */
  #add(level: number, hash: Hash, completed: CompletedNode[]): void {
    let peak = hash;
    let height = level;
    let index = this.#size / 2 ** level;
    while (index % 2 === 1) {
      peak = nodeHash(this.#peaks[height]!, peak);
      height += 1;
      index = (index - 1) / 2;
      if (height % tileHeight === 0) completed.push({ level: height, index, hash: peak });
    }
    // A copy: the argument may be a view that keeps far more in memory, and its owner may change it.
    this.#peaks[height] = peak === hash ? Buffer.from(hash) : peak;
    this.#size += 2 ** level;
  }
}

/** The levels of the peaks of a tree, highest first: the bits that are set in its size. */
function peakLevels(size: number): number[] {
  const levels: number[] = [];
  for (let level = 0, rest = size; rest > 0; level += 1, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) levels.unshift(level);
  }
  return levels;
}

/** The root of the tree over these leaves (RFC 6962, 2.1). */
export function rootOf(leafHashes: Iterable<Hash>): Hash {
  const frontier = new Frontier();
  frontier.append(leafHashes);
  return frontier.root();
}
