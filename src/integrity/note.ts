import { sign, verify } from 'node:crypto';
import { AnnalsError } from '../core/errors.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { isKeyName, type SigningKey, type VerifierKey } from './keys.ts';

/**
 * Signed notes (c2sp.org/signed-note): a text, an empty line, and a line for each signature. Anybody may add a
 * signature; those of unknown keys are passed over, which is how keys are rotated and witnesses join in.
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
  /** What the key's algorithm made; without the ID that stands before it on the line. */
  readonly bytes: Uint8Array;
}

/** Enough for any checkpoint: more is refused before anything is decoded. */
const maxNoteLength = 1_000_000;
const maxSignatures = 100;

/** Reads a note without believing it. Throws `invalid` when it is not exactly of the form `formatNote` gives. */
export function parseNote(message: string): Note {
  const end = message.lastIndexOf('\n\n') + 1;
  if (message.length > maxNoteLength || end === 0 || !isNoteText(message)) {
    throw new AnnalsError('invalid', 'Cannot read the signed note: it is no text above signatures');
  }
  return { text: message.slice(0, end), signatures: parseSignatures(message.slice(end + 1)) };
}

/** Reads signature lines alone, as a witness answers with them. Throws `invalid` for anything else. */
export function parseSignatures(lines: string): NoteSignature[] {
  const signatures = lines.split('\n');
  if (signatures.pop() !== '' || signatures.length === 0 || signatures.length > maxSignatures) {
    throw new AnnalsError(
      'invalid',
      `Cannot read signatures: there must be 1 to ${maxSignatures} whole lines of them`,
    );
  }
  return signatures.map(parseSignature);
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', base64 = ''] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  const bytes = decodeBase64(base64);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= idBytes) {
    throw new AnnalsError('invalid', `Cannot read the signature ${JSON.stringify(line)}`);
  }
  return { name, id: bytes.toString('hex', 0, idBytes), bytes: bytes.subarray(idBytes) };
}

const idBytes = 4;

export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** A signature's line, newline included. */
export function formatSignature({ name, id, bytes }: NoteSignature): string {
  return `— ${name} ${encodeBase64(Buffer.concat([Buffer.from(id, 'hex'), bytes]))}\n`;
}

/** Signs a text with each key, at least one. Throws `invalid` for a text that no note may have. */
export function signNote(text: string, keys: readonly SigningKey[]): Note {
  if (!isNoteText(text) || keys.length === 0) {
    throw new AnnalsError('invalid', 'Cannot sign the text: it takes whole lines, and a key');
  }
  const signatures = keys.map(({ name, id, privateKey }) => ({
    name,
    id,
    bytes: sign(null, Buffer.from(text), privateKey),
  }));
  return { text, signatures };
}

/** The signature that a key claims to have made of a note: its name and ID. At most one counts. */
export function signatureBy(key: VerifierKey, note: Note): NoteSignature | undefined {
  return note.signatures.find(({ name, id }) => name === key.name && id === key.id);
}

/** Whether a key of type `note` signed this text. */
export function verifyNote(text: string, { bytes }: NoteSignature, key: VerifierKey): boolean {
  return verify(null, Buffer.from(text), key.publicKey, bytes);
}

/** Whole lines of Unicode, without control characters. */
function isNoteText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}
