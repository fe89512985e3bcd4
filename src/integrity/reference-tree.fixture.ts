import { createHash } from 'node:crypto';
import type { Hash } from './hash.ts';
import type { NodeReader } from './subtree.ts';

/** RFC 6962, 2.1, as it is written, over a list of leaf hashes: slow, and too plain to be wrong in the same way. */

export function mth(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return sha256(Buffer.of(0x01), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** PATH(m, D), 2.1.1. */
export function path(m: number, leaves: readonly Hash[]): Hash[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}

/** SUBPROOF(m, D, b), 2.1.2; PROOF(m, D) is SUBPROOF(m, D, true). */
export function subproof(m: number, leaves: readonly Hash[], whole = true): Hash[] {
  if (m === leaves.length) return whole ? [] : [mth(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}

/** The hashes of the subtrees without a chosen leaf, left to right. */
export function collapsed(isChosen: (leaf: Hash) => boolean, leaves: readonly Hash[]): Hash[] {
  if (leaves.length === 0) return [];
  if (!leaves.some(isChosen)) return [mth(leaves)];
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return [...collapsed(isChosen, leaves.slice(0, k)), ...collapsed(isChosen, leaves.slice(k))];
}

/** Leaf hashes that are all different. */
export function someLeaves(count: number): Hash[] {
  return Array.from({ length: count }, (_, at) => sha256(Buffer.from(`leaf ${at}`)));
}

/** Reads full subtrees of these leaves; rejects for any other. */
export function readerOf(leaves: readonly Hash[]): NodeReader {
  return async (level, index) => {
    const width = 2 ** level;
    const covered = leaves.slice(index * width, (index + 1) * width);
    if (covered.length !== width) throw new Error(`no full node ${index} at level ${level}`);
    return mth(covered);
  };
}

/** Every list that differs from this one once: a hash changed, left out, added, or two neighbours swapped. */
export function tampered(hashes: readonly Hash[]): Hash[][] {
  const lists: Hash[][] = [[...hashes, sha256()]];
  for (const [at, hash] of hashes.entries()) {
    const changed = Buffer.from(hash);
    changed[at % changed.length]! ^= 1 << (at % 8);
    lists.push(hashes.with(at, changed), hashes.toSpliced(at, 1), hashes.toSpliced(at, 0, hash));
    const next = hashes[at + 1];
    if (next !== undefined) lists.push(hashes.toSpliced(at, 2, next, hash));
  }
  return lists;
}

function split(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

function sha256(...parts: Uint8Array[]): Hash {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
