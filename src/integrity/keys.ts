import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { AnnalsError } from '../core/errors.ts';
import { decodeBase64, encodeBase64, encodeBase64Url } from './base64.ts';
import { sha256 } from './hash.ts';

/**
 * Ed25519 keys (RFC 8032) as C2SP signed notes name them (c2sp.org/signed-note). One key pair may sign under many
 * names, one for each log; name and ID together say which key a signature is from.
 */
export interface SigningKey {
  readonly name: string;
  readonly id: string;
  readonly privateKey: KeyObject;
}

export interface VerifierKey {
  readonly name: string;
  /** First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), as 8 hex digits. */
  readonly id: string;
  readonly type: KeyType;
  readonly publicKey: KeyObject;
}

/** `note` signs the text itself; `cosignature` is a witness's, with a time (c2sp.org/tlog-cosignature). */
export type KeyType = 'note' | 'cosignature';

const keyTypes: readonly KeyType[] = ['note', 'cosignature'];
const typeBytes: Record<KeyType, number> = { note: 0x01, cosignature: 0x04 };
const publicKeyBytes = 32;
export const seedBytes = 32;

/** PKCS #8 around an Ed25519 seed (RFC 8410, 7), up to the seed itself. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The private key of a seed: 32 random bytes that nobody else has. */
export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  if (seed.length !== seedBytes) {
    throw new AnnalsError(
      'invalid',
      `Cannot create a key from ${seed.length} bytes: a seed has ${seedBytes}`,
    );
  }
  const key = Buffer.concat([pkcs8Head, seed]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** PKCS #8 in PEM, as in a key file. */
export function formatPrivateKey(privateKey: KeyObject): string {
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Throws `invalid` for what is not a private Ed25519 key. The message repeats nothing of the text. */
export function parsePrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new AnnalsError('invalid', 'Cannot read the signing key: it is not a private key in PEM');
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new AnnalsError(
      'invalid',
      `Cannot use the signing key: it is of type ${key.asymmetricKeyType}, not ed25519`,
    );
  }
  return key;
}

export function signingKey(name: string, privateKey: KeyObject): SigningKey {
  const { id } = verifierKey(name, createPublicKey(privateKey));
  return { name, id, privateKey };
}

export function verifierKey(
  name: string,
  publicKey: KeyObject,
  type: KeyType = 'note',
): VerifierKey {
  if (!isKeyName(name)) {
    throw new AnnalsError(
      'invalid',
      `Cannot name a key ${JSON.stringify(name)}: a name has neither spaces nor +`,
    );
  }
  const named = Buffer.from(`${name}\n`);
  const id = Buffer.from(sha256(Buffer.concat([named, typedBytes(type, publicKey)])));
  return { name, id: id.toString('hex', 0, 4), type, publicKey };
}

/** `<name>+<id>+<base64 of type and public key>`: what is printed, served and given to `--key`. */
export function formatVerifierKey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${id}+${encodeBase64(typedBytes(type, publicKey))}`;
}

/** Throws `invalid` for any other text, an unknown type, and an ID that is not the key's. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id, base64 = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  const typed = decodeBase64(base64);
  const type = keyTypes.find((known) => typeBytes[known] === typed?.[0]);
  if (typed?.length !== 1 + publicKeyBytes || type === undefined) {
    throw new AnnalsError(
      'invalid',
      `Cannot read ${JSON.stringify(text)} as a verifier key: it is not <name>+<id>+<base64>`,
    );
  }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(typed.subarray(1)) };
  const key = verifierKey(name, createPublicKey({ key: jwk, format: 'jwk' }), type);
  if (key.id !== id) {
    throw new AnnalsError(
      'invalid',
      `Cannot use the verifier key ${JSON.stringify(text)}: the ID of this name and key is ${key.id}`,
    );
  }
  return key;
}

/** A name ends at the next space or plus, so it has neither. It is not empty. */
export function isKeyName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is rejected
  return name.isWellFormed() && /^[^\s+\u0000-\u001f\u0085]+$/u.test(name);
}

/** Type byte and public key, as they are part of key IDs and verifier keys. */
function typedBytes(type: KeyType, publicKey: KeyObject): Buffer {
  const { x } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(typeBytes[type]), Buffer.from(x!, 'base64')]);
}
