import { createPublicKey } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Accounts } from '../access/accounts.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Random } from '../core/uuid.ts';
import {
  formatPrivateKey,
  formatVerifierKey,
  parsePrivateKey,
  privateKeyFromSeed,
  type SigningKey,
  seedBytes,
  signingKey,
  verifierKey,
} from '../integrity/keys.ts';
import { writeFileAtomically } from '../runtime/write-file-atomically.ts';

export interface LoadedSigningKey {
  readonly key: SigningKey;
  /** Its verifier key, as it is printed and given to `annals verify --key`. */
  readonly current: string;
  /** Verifier keys of the keys before it, the latest first: what these signed can still be verified. */
  readonly previous: readonly string[];
}

export interface SigningKeyLocation {
  /** The data directory. */
  readonly data: string;
  /** A key file of the operator's own, which must exist. */
  readonly file: string | undefined;
  /** The server's name, under which the key signs. */
  readonly name: string;
}

export interface SigningKeyDependencies {
  readonly accounts: Accounts;
  readonly random: Random;
  /** Called with a verifier key and the one that replaces it, before that one signs; again after a crash. */
  readonly onReplaced: (old: string, current: string) => Promise<void>;
}

/** The key file in a data directory. */
export const signingKeyFile = 'signing-key.pem';

/** The setting of the accounts that has the verifier keys, the current one first. */
export const knownKeys = 'verifier_keys';

/**
 * The key that signs checkpoints: the one in the given file, else the one in the data directory, else a new one, written
 * there for its owner alone. A key that replaces another, because a file was given or moved aside or the server was
 * renamed, comes before it in a list that only grows.
 */
export async function loadSigningKey(
  { data, file, name }: SigningKeyLocation,
  { accounts, random, onReplaced }: SigningKeyDependencies,
): Promise<LoadedSigningKey> {
  const path = file ?? join(data, signingKeyFile);
  const found = await readKeyFile(path);
  if (found === undefined && file !== undefined) {
    throw new AnnalsError('invalid', `Cannot read the signing key: there is no file ${path}`);
  }
  const privateKey = parsePrivateKey(found ?? (await createKeyFile(path, random)));
  const key = signingKey(name, privateKey);
  const current = formatVerifierKey(verifierKey(name, createPublicKey(privateKey)));
  const known = accounts.setting(knownKeys)?.split('\n') ?? [];
  const previous = known.filter((other) => other !== current);
  const [last] = known;
  if (last !== current) {
    if (last !== undefined) await onReplaced(last, current);
    await accounts.setSetting(knownKeys, [current, ...previous].join('\n'));
  }
  return { key, current, previous };
}

/**
 * The text of a key file; undefined if there is none. Throws `invalid` when others than its owner and its group can
 * read it, or others than its owner can write it: a copied key signs whatever its thief likes.
 */
async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path);
    const { mode } = await file.stat();
    if ((mode & 0o027) !== 0) {
      throw new AnnalsError(
        'invalid',
        `Cannot use the signing key ${path}: others can read or replace it (its mode is ${modeText(mode)}). Run: chmod 600 ${path}. If somebody may have read it, replace it`,
      );
    }
    return await file.readFile('utf8');
  } catch (cause) {
    if (cause instanceof AnnalsError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new AnnalsError('unavailable', `Cannot read the signing key ${path} (${code})`, {
      cause,
    });
  }
}

/** `0644` */
const modeText = (mode: number) => (mode & 0o7777).toString(8).padStart(4, '0');

/** The file appears whole or not at all, so that no start finds half a key. */
async function createKeyFile(path: string, random: Random): Promise<string> {
  const seed = new Uint8Array(seedBytes);
  random(seed);
  const pem = formatPrivateKey(privateKeyFromSeed(seed));
  await writeFileAtomically(path, pem, { temporaryPath: `${path}.new` });
  return pem;
}
