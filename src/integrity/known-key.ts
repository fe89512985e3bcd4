import { AnnalsError } from '../core/errors.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from './keys.ts';

/** A verifier key, and up to which size of one log it is valid. */
export interface KnownKey extends VerifierKey {
  /** For a key that was replaced: the size of the log's newest checkpoint then. It is not valid for a larger one. */
  readonly upTo?: number;
}

/** Whether the signature of a key is valid for a checkpoint of that size. */
export function coversSize({ upTo = Number.POSITIVE_INFINITY }: KnownKey, size: number): boolean {
  return size <= upTo;
}

/** The verifier key. If it was replaced, a space and `upTo` follow. */
export function formatKnownKey(key: KnownKey): string {
  const text = formatVerifierKey(key);
  return key.upTo === undefined ? text : `${text} ${key.upTo}`;
}

/** Throws `invalid` for any other text. */
export function parseKnownKey(text: string): KnownKey {
  const [, key = text, upTo] = /^(\S+) +(\S+)$/.exec(text) ?? [];
  if (upTo === undefined) return parseVerifierKey(key);
  const size = /^(0|[1-9]\d*)$/.test(upTo) ? Number(upTo) : Number.NaN;
  if (!Number.isSafeInteger(size)) {
    throw new AnnalsError(
      'invalid',
      `Cannot read ${JSON.stringify(text)} as a verifier key: what follows the space is not a size of a log`,
    );
  }
  return { ...parseVerifierKey(key), upTo: size };
}

/** Of a key that is given twice, keeps the one with the smaller `upTo`: that it was replaced is what counts. */
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
