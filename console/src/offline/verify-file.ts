import '../proof/buffer.ts';
import { encodeBase64 } from '../../../src/integrity/base64.ts';
import { parseEventProof, proveLeaf } from '../../../src/integrity/event-proof.ts';
import { parseKnownKey } from '../../../src/integrity/known-key.ts';
import { isErased, personalPaths } from '../../../src/integrity/personal.ts';
import { openCheckpointHere } from '../proof/signatures.ts';

/** What a file with the proof of an event proves, given keys that are trusted. */
export interface ProvedFile {
  readonly sequence: number;
  /** As it was recorded; undefined when it was dropped. */
  readonly text: string | undefined;
  readonly isErased: boolean;
  /** What somebody can compare, in order. */
  readonly facts: readonly (readonly [label: string, value: string])[];
}

/**
 * Verifies such a file from nothing but its text. `keys` has a verifier key a line, lines that begin with # are notes. Rejects
 * with what is wrong.
 */
export async function verifyFile(text: string, keys: string): Promise<ProvedFile> {
  const trusted = keys
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseKnownKey);
  if (trusted.length === 0) throw new Error('Enter the verifier key that the operator gave you');
  const file = parseEventProof(text);
  const { checkpoint, signedBy, witnessedBy } = await openCheckpointHere(file.checkpoint, trusted);
  const { leaf, steps } = proveLeaf(file, checkpoint, personalPaths(file.personalPaths));
  const event = file.text === undefined ? undefined : (JSON.parse(file.text) as object);
  if (event !== undefined && (event as { sequence?: unknown }).sequence !== file.sequence) {
    throw new Error(`The event says that it is of another sequence than ${file.sequence}`);
  }
  return {
    sequence: file.sequence,
    text: file.text,
    isErased: event !== undefined && isErased(event),
    facts: [
      ['Log', checkpoint.origin],
      ['Events in the log', String(checkpoint.size)],
      ['Leaf hash', encodeBase64(leaf)],
      ['Hashes on the way to the root', String(steps.length)],
      ['Root', encodeBase64(checkpoint.root)],
      ...signedBy.map(({ name, id }) => ['Signed by', `${name}+${id}`] as const),
      ...witnessedBy.map(
        ({ key, at }) =>
          ['Witnessed by', `${key.name}+${key.id}, ${new Date(at / 1_000).toISOString()}`] as const,
      ),
    ],
  };
}
