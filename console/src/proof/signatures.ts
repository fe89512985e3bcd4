import { type OpenedCheckpoint, openCheckpoint } from '../../../src/integrity/checkpoint.ts';
import type { KnownKey } from '../../../src/integrity/known-key.ts';
import type { SignatureCheck } from '../../../src/integrity/note.ts';

/**
 * `openCheckpoint` with WebCrypto, which answers later. The checkpoint is opened twice: first to learn which signatures
 * there are to check, in their order, then with the results. Rejects as `openCheckpoint` throws, and as WebCrypto does
 * when the browser has no Ed25519.
 */
export async function openCheckpointHere(
  message: string,
  keys: readonly KnownKey[],
  origin?: string,
): Promise<OpenedCheckpoint> {
  const asked: Parameters<SignatureCheck>[] = [];
  openCheckpoint(message, keys, origin, (...one) => {
    asked.push(one);
    return true;
  });
  const results = (await Promise.all(asked.map((one) => isSigned(...one)))).values();
  return openCheckpoint(message, keys, origin, () => results.next().value === true);
}

async function isSigned(...[key, message, signature]: Parameters<SignatureCheck>) {
  const { subtle } = crypto;
  const jwk = key.publicKey.export({ format: 'jwk' });
  const imported = await subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify']);
  return subtle.verify('Ed25519', imported, new Uint8Array(signature), new Uint8Array(message));
}
