import { hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../core/uuid.ts';

/** A key in two halves. As text `annals_<id>_<secret>`; the id names it, the secret proves it. */
export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Ours have an id of 12 and a secret of 43 characters. A new one of an operator's own must be `isHardToGuess`. */
const keyPattern = /^annals_([0-9A-Za-z]{1,64})_([0-9A-Za-z_-]{16,128})$/;

export function createApiKey(random: Random): ApiKey {
  return { id: randomText(12, random), secret: randomText(43, random) };
}

export function formatKey({ id, secret }: ApiKey): string {
  return `annals_${id}_${secret}`;
}

export function parseKey(text: string): ApiKey | undefined {
  const match = keyPattern.exec(text);
  return match === null ? undefined : { id: match[1]!, secret: match[2]! };
}

/**
 * Whether the secret of a key may be one of 256 random bits: it is as long as ours, and does not repeat a few
 * characters. One SHA-256 protects it.
 */
export function isHardToGuess({ secret }: ApiKey): boolean {
  return secret.length >= 43 && new Set(secret).size >= 12;
}

export function hashSecret(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer');
}

/** Takes the same time, no matter which byte differs. */
export function isSecretOf(secret: string, expectedHash: Uint8Array): boolean {
  const given = hashSecret(secret);
  return given.length === expectedHash.length && timingSafeEqual(given, expectedHash);
}

/** Letters and digits, each equally likely: bytes that would favour some are skipped. */
export function randomText(length: number, random: Random): string {
  const fair = 256 - (256 % alphabet.length);
  const bytes = new Uint8Array(length);
  let text = '';
  while (text.length < length) {
    random(bytes);
    for (const byte of bytes) {
      if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
