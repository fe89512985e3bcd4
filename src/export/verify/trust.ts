import { messageOf } from '../../core/errors.ts';
import {
  type Checkpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from '../../integrity/checkpoint.ts';
import { sameHash } from '../../integrity/hash.ts';
import type { VerifierKey } from '../../integrity/keys.ts';
import {
  coversSize,
  formatKnownKey,
  type KnownKey,
  parseKnownKey,
} from '../../integrity/known-key.ts';
import { parseNote, signatureBy } from '../../integrity/note.ts';
import type { VerifyFindings } from './findings.ts';

/** What the person who verifies knows from elsewhere, and trusts. */
export interface Trust {
  /** Of the log, and of witnesses. */
  readonly keys: readonly KnownKey[];
  /** A checkpoint saved earlier, or received from somebody else. */
  readonly checkpoint?: { readonly name: string; readonly message: string };
}

/** Reads a signed checkpoint without checking its signatures. Throws `invalid` for a text that is not one. */
export function readCheckpoint(message: string): Checkpoint {
  return parseCheckpoint(parseNote(message).text);
}

/** Who signed a checkpoint that is trusted, as `name+id`: the log's keys, then witnesses. */
export function signerIds(opened: OpenedCheckpoint | undefined): readonly string[] {
  const { signedBy = [], witnessedBy = [] } = opened ?? {};
  return [...signedBy, ...witnessedBy.map(({ key }) => key)].map(({ name, id }) => `${name}+${id}`);
}

/**
 * Checks who signed a checkpoint. Returns its signers among the trusted keys. When there are none, adds a finding, unless
 * the checkpoint is `alreadyTrusted` for another reason.
 *
 * @param hints keys that came with the checkpoint; they show a forgery, and which key to ask about
 */
export function checkSignatures(
  message: string,
  name: string,
  { keys }: Trust,
  hints: readonly string[],
  alreadyTrusted: boolean,
  findings: VerifyFindings,
): OpenedCheckpoint | undefined {
  const note = parseNote(message);
  const named = hints.flatMap(parseIfValid);
  const { size } = parseCheckpoint(note.text);
  const isKnown = (key: VerifierKey) => key.type === 'note' && signatureBy(key, note) !== undefined;
  const known = keys.filter(isKnown);
  if (known.length > 0) {
    try {
      return openCheckpoint(message, keys);
    } catch (error) {
      const kind = known.some((key) => coversSize(key, size)) ? 'checkpoint' : 'key';
      findings.add(kind, `${name}: ${messageOf(error)}`);
      return undefined;
    }
  }
  const signers = idsOf(note.signatures);
  const hint = named.find(isKnown);
  if (hint !== undefined) {
    try {
      openCheckpoint(message, [hint]);
    } catch (error) {
      findings.add('checkpoint', `${name}: ${messageOf(error)}`);
      return undefined;
    }
  }
  if (alreadyTrusted) return undefined;
  const advice =
    hint === undefined
      ? 'give the log’s verifier key with --key'
      : `it comes with the key below; compare it with the one you were given, then use --key\n${formatKnownKey(hint)}`;
  findings.add(
    'key',
    keys.length === 0
      ? `${name} is signed by ${signers}, and no key was given to check it with: ${advice}`
      : `${name} is signed by ${signers}, which is none of the keys given (${idsOf(keys)}): ${advice}`,
  );
  return undefined;
}

const idsOf = (keys: readonly { readonly name: string; readonly id: string }[]): string =>
  keys.map(({ name, id }) => `${name}+${id}`).join(', ');

function parseIfValid(text: string): KnownKey[] {
  try {
    return [parseKnownKey(text)];
  } catch {
    return [];
  }
}

/**
 * Compares the checkpoint of a proof with the saved one. Returns true when they are the same, so that trust in the one is
 * trust in the other. `earlierRoot` is the root that the proof shows for the size of the saved one, if it does.
 */
export function compareWithSaved(
  proved: Checkpoint,
  saved: { readonly name: string; readonly checkpoint: Checkpoint },
  earlierRoot: Uint8Array | undefined,
  findings: VerifyFindings,
): boolean {
  const { name, checkpoint } = saved;
  const { origin, size, root } = checkpoint;
  if (origin !== proved.origin) {
    findings.add('checkpoint', `${name} is of the log ${origin}; the proof is of ${proved.origin}`);
    return false;
  }
  const same = size === proved.size ? proved.root : earlierRoot;
  if (same === undefined) {
    findings.add(
      'checkpoint',
      `${name} is of size ${size} and the proof of size ${proved.size}: only the server can prove that the log grew from the one to the other (annals verify --server --checkpoint)`,
    );
    return false;
  }
  if (!sameHash(same, root)) {
    findings.add(
      'fork',
      `${name} contradicts the proof: at size ${size} one says the root is ${Buffer.from(root).toString('base64')}, the other ${Buffer.from(same).toString('base64')}. The log was forked, or one of them is forged`,
    );
    return false;
  }
  return size === proved.size;
}
