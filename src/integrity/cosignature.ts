import { verify } from 'node:crypto';
import { AnnalsError } from '../core/errors.ts';
import { latest, type Micros, second } from '../core/micros.ts';
import type { VerifierKey } from './keys.ts';
import { type Note, type NoteSignature, parseSignatures, signatureBy } from './note.ts';

/**
 * Witness cosignatures, version 1 (c2sp.org/tlog-cosignature): a witness states that at some time the largest tree
 * it had seen of a log, consistent with all it saw before, was the one of this checkpoint.
 *
 * Gives the time of a cosignature, or undefined when the key did not make it over this text.
 */
export function verifyCosignature(
  text: string,
  { bytes }: NoteSignature,
  { publicKey }: VerifierKey,
): Micros | undefined {
  if (bytes.length !== timeBytes + signatureBytes) return undefined;
  const seconds = Buffer.from(bytes).readBigUInt64BE();
  const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
  if (!verify(null, message, publicKey, bytes.subarray(timeBytes))) return undefined;
  return seconds <= latest / second ? Number(seconds) * second : undefined;
}

/** Seconds since 1970, big-endian, then the Ed25519 signature. */
const timeBytes = 8;
const signatureBytes = 64;

/**
 * A note with the cosignatures among these lines that known witnesses made of it; a newer one of the same witness
 * takes the place of the older. Lines of anybody else are left out. Throws `invalid` when a known witness's
 * cosignature does not fit the note, or none of the lines is by a known one.
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
        `Cannot keep the cosignature of ${witness.name}: it is not of this checkpoint`,
      );
    }
    added.push(cosignature);
  }
  if (added.length === 0) {
    throw new AnnalsError('invalid', 'Cannot keep the cosignatures: none is by a known witness');
  }
  const kept = note.signatures.filter((one) => !added.some((other) => isSameKey(one, other)));
  return { text: note.text, signatures: [...kept, ...added] };
}

function isSameKey(one: NoteSignature, other: NoteSignature): boolean {
  return one.name === other.name && one.id === other.id;
}
