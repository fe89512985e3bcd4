import { AnnalsError } from '../core/errors.ts';

/**
 * JSON in its one canonical spelling (RFC 8785): no white space, keys sorted by UTF-16 code units, strings and
 * numbers as ECMAScript writes them. Equal values give equal bytes, so a hash of the text is a hash of the value.
 *
 * Throws `invalid` for what JSON cannot say or would say differently: undefined, functions, bigints, numbers that
 * are not finite, halves of surrogate pairs, and objects that are no plain data (a Date, a Map). The nesting is the
 * reader's to bound (`core/json.ts`).
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw refused(`${value} is not a JSON number`);
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
    default:
      throw refused(`${typeof value} has no form in JSON`);
  }
}

/** Characters that need an escape, or that may be half of a pair; most strings have none and are copied as is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
const notPlain = /[\u0000-\u001f"\\\ud800-\udfff]/;

export function canonicalString(text: string): string {
  if (!notPlain.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw refused('a text holds half of a surrogate pair');
  return JSON.stringify(text);
}

/** An object's keys in canonical order, and each as it stands before its value: `"key":`. */
export interface CanonicalKeys {
  readonly keys: readonly string[];
  readonly names: readonly string[];
}

/**
 * A plain object's keys. Comparing strings, and so sorting them, goes by UTF-16 code units: what RFC 8785 asks for.
 */
export function canonicalKeys(object: object): CanonicalKeys {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refused('only plain objects and arrays are data');
  }
  return knownKeys.of(Object.keys(object));
}

/**
 * Remembers the order of the keys seen lately. A producer's objects have the same keys all the time, and sorting them
 * again costs more than writing their values. Bounded, because whoever sends drafts chooses the keys.
 */
class KnownKeys {
  readonly #byCount: Known[][] = Array.from({ length: mostKeys + 1 }, () => []);

  of(given: readonly string[]): CanonicalKeys {
    const alike = this.#byCount[given.length];
    const found = alike?.find((known) => isSame(known.given, given));
    if (found !== undefined) return found;
    const known = { given, ...inOrder(given) };
    if (alike !== undefined && given.every(({ length }) => length <= longestKey)) {
      alike.unshift(known);
      if (alike.length > mostAlike) alike.pop();
    }
    return known;
  }
}

interface Known extends CanonicalKeys {
  readonly given: readonly string[];
}

const mostKeys = 64;
const mostAlike = 8;
const longestKey = 64;
const knownKeys = new KnownKeys();

/** Keys of objects are one string for all of them, so this compares little more than pointers. */
function isSame(keys: readonly string[], others: readonly string[]): boolean {
  for (let at = 0; at < keys.length; at += 1) if (keys[at] !== others[at]) return false;
  return true;
}

function inOrder(given: readonly string[]): CanonicalKeys {
  const keys = [...given].sort();
  return { keys, names: keys.map((key) => `${canonicalString(key)}:`) };
}

function canonicalObject(object: object): string {
  const { keys, names } = canonicalKeys(object);
  let text = '';
  for (let at = 0; at < keys.length; at += 1) {
    const value = canonicalJson((object as Record<string, unknown>)[keys[at]!]);
    text += (at === 0 ? '{' : ',') + names[at]! + value;
  }
  return text === '' ? '{}' : `${text}}`;
}

function canonicalArray(array: readonly unknown[]): string {
  let text = '';
  for (const value of array) text += `${text === '' ? '[' : ','}${canonicalJson(value)}`;
  return text === '' ? '[]' : `${text}]`;
}

function refused(what: string): AnnalsError {
  return new AnnalsError('invalid', `Cannot write canonical JSON: ${what}`);
}
