import { AnnalsError } from '../core/errors.ts';
import { latest, type Micros, second } from '../core/micros.ts';
import type { VerifierKey } from './keys.ts';
import {
  checkedByNode,
  type Note,
  type NoteSignature,
  parseSignatures,
  type SignatureCheck,
  signatureBy,
} from './note.ts';

/**
 * Witness cosignatures, version 1 (c2sp.org/tlog-cosignature): a witness states that at some time the tree of this
 * checkpoint was the largest one of its log that it had seen, and consistent with all that it saw before.
 *
 * Returns the time of a cosignature, or undefined when the key did not sign this text.
 */
export function verifyCosignature(
  text: string,
  { bytes }: NoteSignature,
  key: VerifierKey,
  isSigned: SignatureCheck = checkedByNode,
): Micros | undefined {
  if (bytes.length !== timeBytes + signatureBytes) return undefined;
  const seconds = Buffer.from(bytes).readBigUInt64BE();
  const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
  if (!isSigned(key, message, bytes.subarray(timeBytes))) return undefined;
  return seconds <= latest / second ? Number(seconds) * second : undefined;
}

/** Seconds since 1970, big-endian, then the Ed25519 signature. */
const timeBytes = 8;
const signatureBytes = 64;

/**
 * Adds to a note those of these lines that are cosignatures of it by known witnesses. A newer one replaces the older one
 * of the same witness. Lines of others are left out. Throws `invalid` when the cosignature of a known witness is not of
 * this note, and when no line is by a known witness.
 */
export function addCosignatures(
  note: Note,
  lines: string,
  witnesses: readonly VerifierKey[],
): Note {
  const offered: Note = { text: note.text, signatures: parseSignatures(lines) };
  const added: NoteSignature[] = [];
  for (const witness of witnesses) {
    const cosignature = signatureBy(witness, offered);
    if (cosignature === undefined) continue;
    if (verifyCosignature(note.text, cosignature, witness) === undefined) {
      throw new AnnalsError(
        'invalid',
        `Cannot add the cosignature of ${witness.name}: it is not of this checkpoint`,
      );
    }
    added.push(cosignature);
  }
  if (added.length === 0) {
    throw new AnnalsError('invalid', 'Cannot add the cosignatures: none is by a known witness');
  }
  const kept = note.signatures.filter((one) => !added.some((other) => isSameKey(one, other)));
  return { text: note.text, signatures: [...kept, ...added] };
}

function isSameKey(one: NoteSignature, other: NoteSignature): boolean {
  return one.name === other.name && one.id === other.id;
}
