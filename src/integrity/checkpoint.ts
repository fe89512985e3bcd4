import { AnnalsError } from '../core/errors.ts';
import type { Micros } from '../core/micros.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { verifyCosignature } from './cosignature.ts';
import { type Hash, hashBytes } from './hash.ts';
import type { SigningKey, VerifierKey } from './keys.ts';
import { coversSize, type KnownKey } from './known-key.ts';
import { formatNote, parseNote, signatureBy, signNote, verifyNote } from './note.ts';

/** The head of a log, in the form in which it is signed (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Which log: `<server name>/<organisation>`. Keys that sign for it bear this name, or the server's. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** A checkpoint to be believed, and whose word it is. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The log's own keys, at least one. */
  readonly signedBy: readonly VerifierKey[];
  readonly witnessedBy: readonly { readonly key: VerifierKey; readonly at: Micros }[];
}

/**
 * Signs a checkpoint with the log's keys: one, or two while the old one is being replaced. Throws `invalid` for a key
 * whose name does not speak for the log, and for what could not be read back.
 */
export function signCheckpoint(checkpoint: Checkpoint, keys: readonly SigningKey[]): string {
  const stranger = keys.find(({ name }) => !speaksFor(name, checkpoint.origin));
  if (stranger !== undefined) {
    throw new AnnalsError(
      'invalid',
      `Cannot sign a checkpoint of ${checkpoint.origin} as ${stranger.name}`,
    );
  }
  const text = formatCheckpoint(checkpoint);
  parseCheckpoint(text);
  return formatNote(signNote(text, keys));
}

/**
 * Reads a signed checkpoint and believes it if a known key of the log signed it. Signatures by unknown keys do not
 * matter. Throws `invalid` for what is no checkpoint, and `corrupt` when it is of another log than `origin`, when no
 * known key of its log signed it, only keys that were replaced at a smaller size did, or a signature that claims a
 * known key was not made by it.
 */
export function openCheckpoint(
  message: string,
  keys: readonly KnownKey[],
  origin?: string,
): OpenedCheckpoint {
  const note = parseNote(message);
  const checkpoint = parseCheckpoint(note.text);
  const distrust = (reason: string) =>
    new AnnalsError(
      'corrupt',
      `Cannot trust the checkpoint of ${checkpoint.origin} at size ${checkpoint.size}: ${reason}`,
    );
  if (origin !== undefined && origin !== checkpoint.origin) {
    throw distrust(`it is not of ${origin}`);
  }
  const signedBy: VerifierKey[] = [];
  const replaced: KnownKey[] = [];
  const witnessedBy: { key: VerifierKey; at: Micros }[] = [];
  for (const key of keys) {
    const signature = signatureBy(key, note);
    if (signature === undefined) continue;
    const forged = `the signature of ${key.name}+${key.id} was made for something else`;
    if (key.type === 'cosignature') {
      const at = verifyCosignature(note.text, signature, key);
      if (at === undefined) throw distrust(forged);
      witnessedBy.push({ key, at });
    } else if (speaksFor(key.name, checkpoint.origin)) {
      if (!verifyNote(note.text, signature, key)) throw distrust(forged);
      (coversSize(key, checkpoint.size) ? signedBy : replaced).push(key);
    }
  }
  const [old] = replaced;
  if (signedBy.length === 0 && old !== undefined) {
    throw distrust(
      `it is signed by ${old.name}+${old.id}, which was replaced at size ${old.upTo} and vouches for nothing above it`,
    );
  }
  if (signedBy.length === 0) {
    const signers = note.signatures.map(({ name, id }) => `${name}+${id}`);
    throw distrust(
      `signed by ${signers.join(', ')}, it lacks a signature of a known key of its log`,
    );
  }
  return { checkpoint, signedBy, witnessedBy };
}

/**
 * A key that signs notes speaks for the log whose name it bears and for the logs below that name, which is how one
 * key serves all logs of a server; for no other.
 */
function speaksFor(keyName: string, origin: string): boolean {
  return origin === keyName || origin.startsWith(`${keyName}/`);
}

/** The text that is signed: three lines. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** Reads that text without believing it; lines after the third are for others, and passed over. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin = '', size = '', root = ''] = lines;
  const hash = decodeBase64(root);
  if (
    lines.pop() !== '' ||
    lines.includes('') ||
    !/^(0|[1-9]\d*)$/.test(size) ||
    !Number.isSafeInteger(Number(size)) ||
    hash?.length !== hashBytes
  ) {
    throw new AnnalsError(
      'invalid',
      'Cannot read the checkpoint: it is not an origin, a size and a root hash, a line each',
    );
  }
  return { origin, size: Number(size), root: hash };
}
