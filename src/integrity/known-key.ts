import { AnnalsError } from '../core/errors.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from './keys.ts';

/** A verifier key, and how far its word goes in one log. */
export interface KnownKey extends VerifierKey {
  /** Of a key that was replaced: the size of the log's newest checkpoint then. It vouches for no larger one. */
  readonly upTo?: number;
}

/** Whether a key vouches for a checkpoint of that size, if it signed it. */
export function coversSize({ upTo = Number.POSITIVE_INFINITY }: KnownKey, size: number): boolean {
  return size <= upTo;
}

/** The verifier key; behind a space the size it goes up to, if it was replaced. */
export function formatKnownKey(key: KnownKey): string {
  const text = formatVerifierKey(key);
  return key.upTo === undefined ? text : `${text} ${key.upTo}`;
}

/** Throws `invalid` for what is no such text. */
export function parseKnownKey(text: string): KnownKey {
  const [, key = text, upTo] = /^(\S+) +(\S+)$/.exec(text) ?? [];
  if (upTo === undefined) return parseVerifierKey(key);
  const size = /^(0|[1-9]\d*)$/.test(upTo) ? Number(upTo) : Number.NaN;
  if (!Number.isSafeInteger(size)) {
    throw new AnnalsError(
      'invalid',
      `Cannot read ${JSON.stringify(text)} as a verifier key: what is behind the space is no size of a log`,
    );
  }
  return { ...parseVerifierKey(key), upTo: size };
}

/** Of a key that is known twice the one that goes less far: where a key is noted as replaced, that counts. */
export function uniqueKeys(keys: readonly KnownKey[]): readonly KnownKey[] {
  const known = new Map<string, KnownKey>();
  for (const key of keys) {
    const text = formatVerifierKey(key);
    const before = known.get(text);
    if (before === undefined || !coversSize(key, before.upTo ?? Number.POSITIVE_INFINITY)) {
      known.set(text, key);
    }
  }
  return [...known.values()];
}
