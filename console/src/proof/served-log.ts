import './buffer.ts';
import { encodeBase64 } from '../../../src/integrity/base64.ts';
import { parseCheckpoint } from '../../../src/integrity/checkpoint.ts';
import { formatVerifierKey } from '../../../src/integrity/keys.ts';
import { parseKnownKey } from '../../../src/integrity/known-key.ts';
import { parseNote } from '../../../src/integrity/note.ts';
import { readKeys } from './answers.ts';
import type { Remembered } from './memory.ts';

/** The newest checkpoint and the keys as the server gives them. Nothing of it is verified. */
export interface ServedLog {
  readonly message: string;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly signatures: readonly { readonly name: string; readonly by: string }[];
  readonly keys: readonly ServedKey[];
}

interface ServedKey {
  readonly text: string;
  readonly kind: 'current' | 'previous' | 'witness';
}

/** Throws for what is not a checkpoint or not a list of keys. */
export function readServedLog(message: string, keysText: string): ServedLog {
  const note = parseNote(message);
  const { origin, size, root } = parseCheckpoint(note.text);
  const { current, previous, witnesses } = readKeys(keysText);
  const keys: readonly ServedKey[] = [
    { text: current, kind: 'current' },
    ...previous.map((text): ServedKey => ({ text, kind: 'previous' })),
    ...witnesses.map((text): ServedKey => ({ text, kind: 'witness' })),
  ];
  const kinds = {
    current: 'the log',
    previous: 'the log, by an earlier key',
    witness: 'a witness',
  };
  const signerOf = (name: string, id: string) =>
    keys.find(({ text }) => text.startsWith(`${name}+${id}+`));
  return {
    message,
    origin,
    size,
    root: encodeBase64(root),
    signatures: note.signatures.map(({ name, id }) => {
      const signer = signerOf(name, id);
      return {
        name: `${name}+${id}`,
        by: signer === undefined ? 'somebody else' : kinds[signer.kind],
      };
    }),
    keys,
  };
}

/** Whether this browser trusts a key that the server gives. */
export function isTrusted(key: string, known: Remembered | undefined): boolean {
  const text = (one: string) => formatVerifierKey(parseKnownKey(one));
  return known?.keys.some((one) => text(one) === text(key)) ?? false;
}

/** `log at size 7`, of a checkpoint that is kept. */
export function headOf(message: string): { readonly size: number; readonly root: string } {
  const { size, root } = parseCheckpoint(parseNote(message).text);
  return { size, root: encodeBase64(root) };
}
