import { AnnalsError } from '../core/errors.ts';
import { Frontier } from './frontier.ts';
import { type Hash, hashAt, hashBytes } from './hash.ts';
import { cover, isSize, levelOf, type NodeReader, readSubtree } from './subtree.ts';

/**
 * A proof that chosen leaves are at their indexes of a tree: every node without a chosen leaf below it collapses to its
 * hash, and those hashes, left to right, are the proof. No smaller set of hashes is enough.
 *
 * Any leaves can be chosen, from none to all. One range of leaves gives a *range proof*: it has at most 2·log2(size)
 * hashes, and shows that no leaf between the first and the last was left out.
 *
 * It proves that these are leaves of this tree, at these indexes. It does not prove that they are all leaves that match
 * some filter.
 */

/** Chosen leaves `[from, to)`. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The hashes in their order, read one at a time. The ranges must be in order and without overlap: throws `invalid` when
 * they are not, or reach beyond the tree. It keeps nothing in memory.
 */
export async function* multiproof(
  size: number,
  ranges: Iterable<LeafRange> | AsyncIterable<LeafRange>,
  read: NodeReader,
): AsyncGenerator<Hash> {
  let next = 0;
  for await (const { from, to } of ranges) {
    if (!isSize(from) || !isSize(to) || from < next || to < from || to > size) {
      throw new AnnalsError(
        'invalid',
        `Cannot prove leaves ${from} to ${to} of ${size}: the next range must begin at ${next} or later, and end within the tree`,
      );
    }
    if (from === to) continue;
    for (const node of cover(next, from, size)) yield readSubtree(node, read);
    next = to;
  }
  for (const node of cover(next, size, size)) yield readSubtree(node, read);
}

/**
 * Checks a multiproof against the chosen leaves, one after the other in the order of their indexes, so that a million of
 * them need no more memory than the proof. Afterwards `root()` is the root that proof and leaves lead to. All leaves are
 * proved exactly when it is the root of the checkpoint. The size must come from that checkpoint too.
 */
export class MultiproofVerifier {
  readonly #size: number;
  #proof: Uint8Array;
  readonly #tree = new Frontier();
  #used = 0;

  /** `proof` has the hashes one after the other: all, or the first of them. */
  constructor(size: number, proof: Uint8Array = new Uint8Array()) {
    if (!isSize(size)) throw new AnnalsError('invalid', `Cannot verify a tree of ${size} leaves`);
    this.#size = size;
    this.#proof = proof;
  }

  /** Takes further hashes of the proof, so that a long proof need not be in memory as a whole. */
  supply(hashes: Uint8Array): void {
    if (hashes.length === 0) return;
    this.#proof = Buffer.concat([this.#proof.subarray(this.#used * hashBytes), hashes]);
    this.#used = 0;
  }

  /** Throws `corrupt` when the leaf is not after the one before, not in the tree, or the proof has too few hashes. */
  add(index: number, leaf: Hash): void {
    const next = this.#tree.size;
    if (!isSize(index) || index < next || index >= this.#size) {
      throw new AnnalsError(
        'corrupt',
        `Cannot verify leaf ${index}: expected one from ${next} on, before the end of the tree at ${this.#size}`,
      );
    }
    this.#skip(index);
    this.#tree.appendSubtree(0, leaf);
  }

  /** Call it once, after the last leaf. Throws `corrupt` when the proof has too few or too many hashes. */
  root(): Hash {
    const tail = this.#skip(this.#size);
    if (this.#used * hashBytes !== this.#proof.length) {
      throw new AnnalsError(
        'corrupt',
        `Cannot verify the leaves: the proof has ${this.#proof.length / hashBytes} hashes, expected ${this.#used}`,
      );
    }
    return this.#tree.root(tail);
  }

  /** Fills the leaves up to `index` from the proof. Returns the hash of the node that the end of the tree cuts short. */
  #skip(index: number): Hash | undefined {
    for (const node of cover(this.#tree.size, index, this.#size)) {
      const hash = hashAt(this.#proof, this.#used);
      if (hash.length !== hashBytes) {
        throw new AnnalsError(
          'corrupt',
          `Cannot verify the leaves before ${index}: the proof ends after ${this.#used} hashes`,
        );
      }
      this.#used += 1;
      const level = levelOf(node);
      if (level === undefined) return hash;
      this.#tree.appendSubtree(level, hash);
    }
    return undefined;
  }
}
