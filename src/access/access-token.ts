import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Micros, second } from '../core/micros.ts';
import { accessTokenPrefix } from './credential.ts';

/** A token stands for a key, until a moment. Whether the key is still valid is checked at every use. */
export interface AccessToken {
  readonly keyId: string;
  readonly expiresAt: Micros;
}

/** Creates and reads short-lived tokens `annals-at.<key id>.<expiry, seconds>.<mac>`; nothing is stored. */
export class AccessTokens {
  readonly #secret: Uint8Array;

  /** @param secret at least 32 random bytes that only this server (or its twins) has */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  issue({ keyId, expiresAt }: AccessToken): string {
    const claims = `${accessTokenPrefix}${keyId}.${Math.floor(expiresAt / second)}`;
    return `${claims}.${this.#mac(claims)}`;
  }

  /** Undefined unless it is ours. The caller checks the expiry. */
  read(token: string): AccessToken | undefined {
    const match = /^(annals-at\.([0-9A-Za-z]+)\.(\d{1,12}))\.([\w-]{43})$/.exec(token);
    if (match === null) return undefined;
    const [, claims = '', keyId = '', expiry = '', mac = ''] = match;
    const expected = Buffer.from(this.#mac(claims));
    const given = Buffer.from(mac);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return { keyId, expiresAt: Number(expiry) * second };
  }

  #mac(claims: string): string {
    return createHmac('sha256', this.#secret).update(claims).digest('base64url');
  }
}
