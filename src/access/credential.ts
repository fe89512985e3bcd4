import { decodeBase64 } from '../integrity/base64.ts';
import { type ApiKey, parseKey } from './key.ts';

/**
 * What a request carries: a key, or an access token that stands for one (`access-token.ts`). Schemes are compared
 * without regard to case, and `Token` and `Bearer` mean the same (wire: Thalassa 2.1).
 */
export type Credential =
  | { readonly kind: 'key'; readonly key: ApiKey }
  | { readonly kind: 'access-token'; readonly token: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' };

export const accessTokenPrefix = 'annals-at.';

/** Longer than any credential of ours; a longer one is not read. */
const maxLength = 1_024;

export function readCredential(authorization: string | null): Credential {
  if (authorization === null || authorization === '') return { kind: 'none' };
  if (authorization.length > maxLength) return { kind: 'unreadable' };
  const match = /^([A-Za-z]+) +(\S+) *$/.exec(authorization);
  if (match === null) return { kind: 'unreadable' };
  const [, scheme = '', value = ''] = match;
  switch (scheme.toLowerCase()) {
    case 'token':
    case 'bearer':
      return value.startsWith(accessTokenPrefix)
        ? { kind: 'access-token', token: value }
        : keyCredential(parseKey(value));
    case 'basic':
      return keyCredential(readBasic(value));
    default:
      return { kind: 'unreadable' };
  }
}

/** `id:secret`; the secret may also be the whole key. */
function readBasic(value: string): ApiKey | undefined {
  const text = decodeBase64(value)?.toString() ?? '';
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return keyFromFields(text.slice(0, colon), text.slice(colon + 1));
}

/** A key given in two fields: its id and its secret, or its id and the whole of it. */
export function keyFromFields(id: string, secret: string): ApiKey | undefined {
  const whole = parseKey(secret);
  if (whole !== undefined) return whole.id === id || id === '' ? whole : undefined;
  return parseKey(`annals_${id}_${secret}`);
}

function keyCredential(key: ApiKey | undefined): Credential {
  return key === undefined ? { kind: 'unreadable' } : { kind: 'key', key };
}
