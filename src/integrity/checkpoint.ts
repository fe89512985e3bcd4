import { AnnalsError } from '../core/errors.ts';
import type { Micros } from '../core/micros.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { verifyCosignature } from './cosignature.ts';
import { type Hash, hashBytes } from './hash.ts';
import type { SigningKey, VerifierKey } from './keys.ts';
import { coversSize, type KnownKey } from './known-key.ts';
import {
  checkedByNode,
  formatNote,
  parseNote,
  type SignatureCheck,
  signatureBy,
  signNote,
  verifyNote,
} from './note.ts';

/** The head of a log, in the form in which it is signed (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Which log: `<server name>/<organisation>`. Keys that sign for it have this name, or the server's. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** A checkpoint that is trusted, and the keys that signed it. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The log's own keys, at least one. */
  readonly signedBy: readonly VerifierKey[];
  readonly witnessedBy: readonly { readonly key: VerifierKey; readonly at: Micros }[];
}

/**
 * Signs a checkpoint with the log's keys: one, or two while the old one is being replaced. Throws `invalid` for a key
 * whose name may not sign for the log, and for a checkpoint that could not be read again.
 */
export function signCheckpoint(checkpoint: Checkpoint, keys: readonly SigningKey[]): string {
  const stranger = keys.find(({ name }) => !signsFor(name, checkpoint.origin));
  if (stranger !== undefined) {
    throw new AnnalsError(
      'invalid',
      `Cannot sign a checkpoint of ${checkpoint.origin} with the key ${stranger.name}: its name is not that of the log or its server`,
    );
  }
  const text = formatCheckpoint(checkpoint);
  parseCheckpoint(text);
  return formatNote(signNote(text, keys));
}

/**
 * Reads a signed checkpoint, and trusts it if a known key of the log signed it. Signatures by unknown keys do not
 * matter. Throws `invalid` for what is not a checkpoint. Throws `corrupt` when it is of another log than `origin`, when
 * no known key of its log signed it, when only keys that were replaced at a smaller size did, and when a signature names
 * a known key that did not create it.
 */
export function openCheckpoint(
  message: string,
  keys: readonly KnownKey[],
  origin?: string,
  isSigned: SignatureCheck = checkedByNode,
): OpenedCheckpoint {
  const note = parseNote(message);
  const checkpoint = parseCheckpoint(note.text);
  const distrust = (reason: string) =>
    new AnnalsError(
      'corrupt',
      `Cannot trust the checkpoint of ${checkpoint.origin} at size ${checkpoint.size}: ${reason}`,
    );
  if (origin !== undefined && origin !== checkpoint.origin) {
    throw distrust(`expected one of ${origin}`);
  }
  const signedBy: VerifierKey[] = [];
  const replaced: KnownKey[] = [];
  const witnessedBy: { key: VerifierKey; at: Micros }[] = [];
  for (const key of keys) {
    const signature = signatureBy(key, note);
    if (signature === undefined) continue;
    const forged = `the signature of ${key.name}+${key.id} is not valid for it`;
    if (key.type === 'cosignature') {
      const at = verifyCosignature(note.text, signature, key, isSigned);
      if (at === undefined) throw distrust(forged);
      witnessedBy.push({ key, at });
    } else if (signsFor(key.name, checkpoint.origin)) {
      if (!verifyNote(note.text, signature, key, isSigned)) throw distrust(forged);
      (coversSize(key, checkpoint.size) ? signedBy : replaced).push(key);
    }
  }
  const [old] = replaced;
  if (signedBy.length === 0 && old !== undefined) {
    throw distrust(
      `it is signed by ${old.name}+${old.id}, which was replaced at size ${old.upTo} and is not valid for larger sizes`,
    );
  }
  if (signedBy.length === 0) {
    const signers = note.signatures.map(({ name, id }) => `${name}+${id}`);
    throw distrust(`it is signed by ${signers.join(', ')}, and by no known key of its log`);
  }
  return { checkpoint, signedBy, witnessedBy };
}

/**
 * A key signs for the log that has its name, and for the logs below that name. So one key can serve all logs of a
 * server. It signs for no other log.
 */
function signsFor(keyName: string, origin: string): boolean {
  return origin === keyName || origin.startsWith(`${keyName}/`);
}

/** The text that is signed: three lines. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** Reads that text, and does not check a signature. Lines after the third are extensions, and are ignored. */
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
      'Cannot read the checkpoint: expected three lines: an origin, a size and a root hash',
    );
  }
  return { origin, size: Number(size), root: hash };
}
