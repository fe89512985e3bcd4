import { createHmac, timingSafeEqual } from 'node:crypto';
import { hour, type Micros, second } from '../core/micros.ts';
import { accessTokenPrefix } from './credential.ts';

/** A token stands for a key, until a moment. Whether the key is still valid is checked at every use. */
export interface AccessToken {
  readonly keyId: string;
  readonly issuedAt: Micros;
  readonly expiresAt: Micros;
}

/** The longest that a token is valid. */
export const maxTokenLifetime = hour;

/** What a token says, by the names of RFC 7519; times are in seconds since 1970. */
interface Claims {
  readonly aud: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
}

export interface AccessTokensOptions {
  /** At least 32 random bytes that nothing but this server has. */
  readonly secret: Uint8Array;
  /** The server's name: tokens of another one are not read. */
  readonly audience: string;
}

/** Creates and reads tokens `annals-at.<claims>.<mac>`, with the claims as JSON in base64url; nothing is stored. */
export class AccessTokens {
  readonly #secret: Uint8Array;
  readonly #audience: string;

  constructor({ secret, audience }: AccessTokensOptions) {
    this.#secret = secret;
    this.#audience = audience;
  }

  issue({ keyId, issuedAt, expiresAt }: AccessToken): string {
    const claims: Claims = {
      aud: this.#audience,
      sub: keyId,
      iat: Math.floor(issuedAt / second),
      exp: Math.floor(expiresAt / second),
    };
    const text = `${accessTokenPrefix}${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${text}.${this.#mac(text)}`;
  }

  /**
   * Undefined unless this server issued it, and for a time that it may be valid. The caller compares the times with the
   * clock.
   */
  read(token: string): AccessToken | undefined {
    const match = /^(annals-at\.([\w-]+))\.([\w-]{43})$/.exec(token);
    if (match === null) return undefined;
    const [, text = '', encoded = '', mac = ''] = match;
    if (!timingSafeEqual(Buffer.from(this.#mac(text)), Buffer.from(mac))) return undefined;
    const { aud, sub, iat, exp } = JSON.parse(
      Buffer.from(encoded, 'base64url').toString(),
    ) as Claims;
    if (aud !== this.#audience || (exp - iat) * second > maxTokenLifetime) return undefined;
    return { keyId: sub, issuedAt: iat * second, expiresAt: exp * second };
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }
}
