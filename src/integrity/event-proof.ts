import { AnnalsError } from '../core/errors.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { type Hash, hashBytes, leafHash, sameHash } from './hash.ts';
import { leafTextOf } from './leaf-text.ts';
import { commitmentKey, type PersonalPaths, saltBytes } from './personal.ts';
import { foldInclusion, type InclusionStep, type TreeHead } from './proof.ts';

/** What a leaf is computed from. Hashes and salts are in base64 here, as they are sent and kept. */
export interface LeafSource {
  /** The event as it was recorded, in canonical JSON; absent when it was dropped. */
  readonly text?: string;
  /** Absent for an event without personal fields, and for an erased one. */
  readonly salt?: string;
}

/** What a server says of one event: its leaf, what it is computed from, and the hashes from there to the root. */
export interface LeafProof extends LeafSource {
  readonly sequence: number;
  readonly leaf: string;
  readonly hashes: readonly string[];
}

/** A leaf whose event was hashed. */
interface ComputedLeaf {
  /** The text whose hash it is: the event without its personal fields. */
  readonly leafText: string;
  readonly hash: Hash;
  /** Of the personal fields, with their salt; also of an erased event. Absent when there never were any. */
  readonly commitment?: string;
}

/** A leaf that leads to the root, and how. */
export interface ProvedLeaf {
  readonly leaf: Hash;
  /** Absent when the event was dropped. */
  readonly computed?: ComputedLeaf;
  readonly steps: readonly InclusionStep[];
}

/** Hashes an event. Throws `corrupt` for a text that is no event, or whose salt does not belong to it. */
export function computeLeaf({ text = '', salt }: LeafSource, paths: PersonalPaths): ComputedLeaf {
  const saltOf = salt === undefined ? undefined : bytesOf(salt, saltBytes, 'the salt');
  const leafText = leafTextOf(text, saltOf, paths);
  if (saltOf !== undefined && leafText === text) {
    throw new AnnalsError('corrupt', 'Cannot prove the event: it has a salt, and nothing personal');
  }
  const commitment = commitmentOf(leafText);
  return {
    leafText,
    hash: leafHash(leafText),
    ...(commitment !== undefined && { commitment }),
  };
}

/**
 * Follows the proof of one event from its text to the root of a trusted checkpoint. Throws `corrupt` when it does not lead
 * there, or says something that is not so.
 */
export function proveLeaf(proof: LeafProof, tree: TreeHead, paths: PersonalPaths): ProvedLeaf {
  const { sequence, text } = proof;
  const claimed = bytesOf(proof.leaf, hashBytes, 'the leaf hash');
  const computed = text === undefined ? undefined : computeLeaf(proof, paths);
  if (computed !== undefined && !sameHash(computed.hash, claimed)) {
    throw new AnnalsError(
      'corrupt',
      `Cannot prove event ${sequence}: it is not the one that was recorded. Its hash is ${encodeBase64(computed.hash)}, and the log has ${proof.leaf}`,
    );
  }
  const hashes = proof.hashes.map((hash) => bytesOf(hash, hashBytes, 'a hash of the proof'));
  const steps = foldInclusion(sequence, claimed, tree.size, hashes);
  if (steps === undefined) {
    throw new AnnalsError(
      'corrupt',
      `Cannot prove event ${sequence}: the proof has ${hashes.length} hashes, and is not one for this event in a log of ${tree.size}`,
    );
  }
  const root = steps.at(-1)?.hash ?? claimed;
  if (!sameHash(root, tree.root)) {
    throw new AnnalsError(
      'corrupt',
      `Cannot prove event ${sequence}: its proof leads to the root ${encodeBase64(root)}, and the checkpoint has ${encodeBase64(tree.root)}`,
    );
  }
  return { leaf: claimed, ...(computed && { computed }), steps };
}

/** The commitment of a leaf text; undefined when it has none. */
function commitmentOf(leafText: string): string | undefined {
  const event: unknown = JSON.parse(leafText);
  const value = (event as Record<string, unknown>)[commitmentKey];
  return typeof value === 'string' ? value : undefined;
}

/** Throws `corrupt` for another spelling, and another length. */
export function bytesOf(base64: string, length: number, what: string): Uint8Array {
  const bytes = decodeBase64(base64);
  if (bytes?.length === length) return bytes;
  throw new AnnalsError(
    'corrupt',
    `Cannot read ${what}: ${JSON.stringify(base64)} is not base64 of ${length} bytes`,
  );
}

/** The proof of one event as a file: with the checkpoint that it leads to, and what its leaf is computed by. */
export interface EventProofFile extends LeafProof {
  /** As it was signed. */
  readonly checkpoint: string;
  /** The log's verifier keys as the server gave them: a hint, for the reader decides whom to trust. */
  readonly keys: readonly string[];
  readonly personalPaths: readonly string[];
}

export const eventProofSuffix = '.event-proof.json';

/** One object of JSON with a line feed behind it. Of an event that was dropped it has neither text nor salt. */
export function formatEventProof(file: EventProofFile): string {
  const { checkpoint, keys, personalPaths, sequence, leaf, hashes, text, salt } = file;
  const members = { checkpoint, keys, personalPaths, sequence, leaf, hashes, text, salt };
  return `${JSON.stringify({ eventProofVersion: 1, ...members })}\n`;
}

/** Throws `corrupt` for any text that `formatEventProof` would not write. */
export function parseEventProof(text: string): EventProofFile {
  const wrong = (why: string) =>
    new AnnalsError('corrupt', `Cannot read the proof of an event: ${why}`);
  let value: EventProofFile & { readonly eventProofVersion?: unknown };
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong('it is not JSON');
  }
  if (value?.eventProofVersion !== 1) throw wrong('it has no eventProofVersion that is known here');
  const isText = (member: unknown) => typeof member === 'string';
  const areTexts = (member: unknown) => Array.isArray(member) && member.every(isText);
  const isWhole =
    [value.checkpoint, value.leaf].every(isText) &&
    [value.keys, value.personalPaths, value.hashes].every(areTexts) &&
    [value.text, value.salt].every((member) => member === undefined || isText(member)) &&
    Number.isSafeInteger(value.sequence) &&
    value.sequence >= 0;
  if (!isWhole) throw wrong('a member is missing, or of another type');
  if (formatEventProof(value) !== text)
    throw wrong('it was changed: it has other members or spaces');
  return value;
}
