import { sha256 } from '@noble/hashes/sha2.js';

/**
 * In the console's build this stands for `node:crypto`, so that `src/integrity` hashes in a browser as in the server:
 * at once, which WebCrypto cannot. What a browser has no use for, or must ask WebCrypto for, throws.
 */
export function hash(
  algorithm: string,
  data: string | Uint8Array,
  encoding: 'binary' | 'hex',
): string {
  if (algorithm !== 'sha256') throw new Error(`This page cannot hash by ${algorithm}`);
  const bytes = sha256(typeof data === 'string' ? new TextEncoder().encode(data) : data);
  return Buffer.from(bytes).toString(encoding);
}

/** A public key, kept in the one form that is asked for. */
export interface KeyObject {
  export(options: { readonly format: 'jwk' }): object;
}

export function createPublicKey({ key }: { readonly key: object }): KeyObject {
  return { export: () => key };
}

const cannot = (what: string) => (): never => {
  throw new Error(`This page cannot ${what}`);
};

export const createPrivateKey = cannot('use a private key');
export const sign = cannot('sign');
export const verify = cannot('verify a signature at once: WebCrypto takes a moment');
