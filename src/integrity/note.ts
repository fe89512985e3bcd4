import { sign, verify } from 'node:crypto';
import { AnnalsError } from '../core/errors.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { isKeyName, type SigningKey, type VerifierKey } from './keys.ts';

/**
 * Signed notes (c2sp.org/signed-note): a text, an empty line, and a line for each signature. Anybody may add a signature.
 * Those of unknown keys are ignored, so keys can be rotated, and witnesses can sign too.
 */
export interface Note {
  /** Ends with a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  /** The signature in the form of the key's type, without the ID that precedes it in the line. */
  readonly bytes: Uint8Array;
}

/** Enough for any checkpoint. A longer note is rejected before anything is decoded. */
const maxNoteLength = 1_000_000;
const maxSignatures = 100;

/** Reads a note, and does not check its signatures. Throws `invalid` for any form that `formatNote` would not write. */
export function parseNote(message: string): Note {
  const end = message.lastIndexOf('\n\n') + 1;
  if (message.length > maxNoteLength || end === 0 || !isNoteText(message)) {
    throw new AnnalsError(
      'invalid',
      'Cannot read the signed note: expected a text, an empty line and signatures',
    );
  }
  return { text: message.slice(0, end), signatures: parseSignatures(message.slice(end + 1)) };
}

/** Reads signature lines without a text, as a witness sends them. Throws `invalid` for anything else. */
export function parseSignatures(lines: string): NoteSignature[] {
  const signatures = lines.split('\n');
  if (signatures.pop() !== '' || signatures.length === 0 || signatures.length > maxSignatures) {
    throw new AnnalsError(
      'invalid',
      `Cannot read signatures: expected 1 to ${maxSignatures} whole lines`,
    );
  }
  return signatures.map(parseSignature);
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', base64 = ''] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  const bytes = decodeBase64(base64);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= idBytes) {
    throw new AnnalsError(
      'invalid',
      `Cannot read the signature ${JSON.stringify(line)}: it is not — <name> <base64>`,
    );
  }
  return { name, id: bytes.toString('hex', 0, idBytes), bytes: bytes.subarray(idBytes) };
}

const idBytes = 4;

export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** The line of a signature, with its newline. */
export function formatSignature({ name, id, bytes }: NoteSignature): string {
  return `— ${name} ${encodeBase64(Buffer.concat([Buffer.from(id, 'hex'), bytes]))}\n`;
}

/** Signs a text with each of the keys, of which there must be one. Throws `invalid` for a text that a note cannot have. */
export function signNote(text: string, keys: readonly SigningKey[]): Note {
  if (!isNoteText(text) || keys.length === 0) {
    throw new AnnalsError(
      'invalid',
      'Cannot sign the text: it must be whole lines without control characters, and there must be a key',
    );
  }
  const signatures = keys.map(({ name, id, privateKey }) => ({
    name,
    id,
    bytes: sign(null, Buffer.from(text), privateKey),
  }));
  return { text, signatures };
}

/** The signature of a note that has the name and ID of this key. Only the first one counts. */
export function signatureBy(key: VerifierKey, note: Note): NoteSignature | undefined {
  return note.signatures.find(({ name, id }) => name === key.name && id === key.id);
}

/** Whether a key signed these bytes, by Ed25519. Node says so at once, a browser does not. */
export type SignatureCheck = (
  key: VerifierKey,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;

export const checkedByNode: SignatureCheck = ({ publicKey }, message, signature) =>
  verify(null, message, publicKey, signature);

/** Whether a key of type `note` signed this text. */
export function verifyNote(
  text: string,
  { bytes }: NoteSignature,
  key: VerifierKey,
  isSigned: SignatureCheck = checkedByNode,
): boolean {
  return isSigned(key, Buffer.from(text), bytes);
}

/** Whole lines of Unicode, without control characters. */
function isNoteText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is rejected
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}
