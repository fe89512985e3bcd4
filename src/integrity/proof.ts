import { AnnalsError } from '../core/errors.ts';
import { emptyRoot, type Hash, hashBytes, nodeHash, sameHash } from './hash.ts';
import { halves, isSize, type NodeReader, readSubtree, type Subtree } from './subtree.ts';

/**
 * An inclusion proof (RFC 9162, 2.1.3) shows that a leaf is at an index of a tree. A consistency proof (2.1.4) shows that
 * a tree was only appended to since it was smaller. Prover and verifier use the same list of the subtrees whose hashes are
 * the proof, so a proof of any other length is rejected. Verifying never throws: it returns false for any wrong input.
 */

/** Take both from one checkpoint: a proof binds leaves to the root, and the signature binds the root to the size. */
export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

/** Hashes from the leaf upwards. Throws `invalid` when the tree does not have the leaf. */
export function inclusionProof(index: number, size: number, read: NodeReader): Promise<Hash[]> {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw new AnnalsError('invalid', `Cannot prove leaf ${index}: the tree has ${size} leaves`);
  }
  return readAll(inclusionPath(index, size), read);
}

/** One node on the way from a leaf to the root. */
export interface InclusionStep {
  readonly sibling: Hash;
  readonly side: 'left' | 'right';
  /** Of the node above the two. */
  readonly hash: Hash;
}

/** The way from a leaf upwards; undefined when the proof does not have the form of one for this leaf. */
export function foldInclusion(
  index: number,
  leaf: Hash,
  size: number,
  proof: readonly Hash[],
): readonly InclusionStep[] | undefined {
  if (!isSize(size) || !isSize(index) || index >= size) return undefined;
  const path = inclusionPath(index, size);
  if (proof.length !== path.length || ![leaf, ...proof].every(isHash)) return undefined;
  let below = leaf;
  return path.map(({ start }, step) => {
    const sibling = proof[step]!;
    const side = start > index ? 'right' : 'left';
    below = side === 'right' ? nodeHash(below, sibling) : nodeHash(sibling, below);
    return { sibling, side, hash: below };
  });
}

export function verifyInclusion(
  index: number,
  leaf: Hash,
  tree: TreeHead,
  proof: readonly Hash[],
): boolean {
  const steps = foldInclusion(index, leaf, tree.size, proof);
  return steps !== undefined && sameHash(steps.at(-1)?.hash ?? leaf, tree.root);
}

/** Hashes from the older tree's right edge upwards. Throws `invalid` when the older tree is the larger one. */
export function consistencyProof(
  olderSize: number,
  size: number,
  read: NodeReader,
): Promise<Hash[]> {
  if (!isSize(size) || !isSize(olderSize) || olderSize > size) {
    throw new AnnalsError(
      'invalid',
      `Cannot prove that a tree of ${olderSize} leaves grew into one of ${size}: the older one is not smaller`,
    );
  }
  return readAll(consistencyPath(olderSize, size), read);
}

/**
 * Whether the proof shows that the newer tree begins with the older one. False for an older tree that is empty and a newer
 * one that is not: every tree begins with the empty one, and no proof says anything about it.
 */
export function verifyConsistency(
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Hash[],
): boolean {
  if (!isSize(older.size) || !isSize(newer.size) || older.size > newer.size) return false;
  // No hash leads from the empty tree to another one, so nothing could be shown (RFC 6962, 2.1.2: 0 < m).
  if (older.size === 0 && newer.size > 0) return false;
  const path = consistencyPath(older.size, newer.size);
  if (proof.length !== path.length || ![older.root, ...proof].every(isHash)) return false;
  if (older.size === 0) return sameHash(older.root, emptyRoot) && sameHash(newer.root, emptyRoot);
  // If the older tree is one full subtree, RFC 9162 leaves its hash out: the verifier has it as the root.
  const known = path[0]?.end !== older.size;
  let olderHash = known ? older.root : proof[0]!;
  let newerHash = olderHash;
  for (const [step, { end }] of path.entries()) {
    if (step === 0 && !known) continue;
    const sibling = proof[step]!;
    if (end <= older.size) {
      olderHash = nodeHash(sibling, olderHash);
      newerHash = nodeHash(sibling, newerHash);
    } else {
      newerHash = nodeHash(newerHash, sibling);
    }
  }
  return sameHash(olderHash, older.root) && sameHash(newerHash, newer.root);
}

/** The siblings on the way from a leaf to the root: PATH of RFC 9162, 2.1.3.1. */
function inclusionPath(index: number, size: number): Subtree[] {
  const siblings: Subtree[] = [];
  let node: Subtree = { start: 0, end: size };
  while (node.end - node.start > 1) {
    const [left, right] = halves(node);
    siblings.unshift(index < left.end ? right : left);
    node = index < left.end ? left : right;
  }
  return siblings;
}

/** SUBPROOF of RFC 9162, 2.1.4.1: the subtree with which the older tree ends, then siblings on the way to the root. */
function consistencyPath(olderSize: number, size: number): Subtree[] {
  if (olderSize === 0) return [];
  const siblings: Subtree[] = [];
  let node: Subtree = { start: 0, end: size };
  while (node.end !== olderSize) {
    const [left, right] = halves(node);
    siblings.unshift(olderSize <= left.end ? right : left);
    node = olderSize <= left.end ? left : right;
  }
  return node.start === 0 ? siblings : [node, ...siblings];
}

function readAll(subtrees: readonly Subtree[], read: NodeReader): Promise<Hash[]> {
  return Promise.all(subtrees.map((subtree) => readSubtree(subtree, read)));
}

function isHash(value: Hash): boolean {
  return value.length === hashBytes;
}
