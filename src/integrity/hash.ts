import { hash } from 'node:crypto';
import type { ByteWriter } from '../core/byte-writer.ts';

/** SHA-256: 32 bytes. Several are kept in one array, one after the other, as in a tile. */
export type Hash = Uint8Array;

export const hashBytes = 32;

/** `binary` is the fastest result of `hash`: a one-byte string costs a third of a new Buffer. */
export function sha256(data: string | Uint8Array): Hash {
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1');
}

/** Appends the hash. */
export function writeSha256(data: Uint8Array, into: ByteWriter): void {
  const at = into.skip(hashBytes);
  into.bytes.write(hash('sha256', data, 'binary'), at, hashBytes, 'latin1');
}

/** The root of the tree without leaves (RFC 6962, 2.1): SHA-256 of nothing. */
export const emptyRoot: Hash = sha256('');

/** RFC 6962, 2.1: SHA-256(0x00 ‖ entry). Of a text, its UTF-8 bytes are hashed. */
export function leafHash(entry: string | Uint8Array): Hash {
  return sha256(typeof entry === 'string' ? `\0${entry}` : Buffer.concat([leafPrefix, entry]));
}

/** Goes before an entry whose bytes are hashed as a leaf. */
export const leafPrefix: Buffer = Buffer.of(0x00);

/** RFC 6962, 2.1: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashBytes);
  return sha256(nodeInput);
}

/** Written and read within one call, so that a node needs no allocation for its input. */
const nodeInput = Buffer.alloc(1 + 2 * hashBytes, 0x01);

export function sameHash(one: Hash, other: Hash): boolean {
  return Buffer.compare(one, other) === 0;
}

/** The hash at an index of such an array; a view, not a copy. */
export function hashAt(row: Uint8Array, index: number): Hash {
  return row.subarray(index * hashBytes, (index + 1) * hashBytes);
}
