import { AnnalsError } from '../core/errors.ts';

/**
 * JSON in its one canonical spelling (RFC 8785): no white space, keys sorted by UTF-16 code units, strings and
 * numbers as ECMAScript writes them. Equal values give equal bytes, so a hash of the text is a hash of the value.
 *
 * Throws `invalid` for what JSON cannot say or would say differently: undefined, functions, bigints, numbers that
 * are not finite, halves of surrogate pairs, and objects that are not plain data (a Date, a Map). It does not limit the
 * nesting: the reader does (`core/json/parse-json.ts`).
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw notJson(`${value} is not a JSON number`);
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
    default:
      throw notJson(`${typeof value} has no form in JSON`);
  }
}

/** Characters that need an escape, or that may be half of a pair; most strings have none and are copied as is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
const notPlain = /[\u0000-\u001f"\\\ud800-\udfff]/;

export function canonicalString(text: string): string {
  if (!notPlain.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw notJson('a text has half of a surrogate pair');
  return JSON.stringify(text);
}

/** The keys of an object in canonical order, and each as it is written before its value: `"key":`. */
export interface CanonicalKeys {
  readonly keys: readonly string[];
  readonly names: readonly string[];
}

/**
 * The keys of a plain object. JavaScript compares and sorts strings by UTF-16 code units, as RFC 8785 requires.
 */
export function canonicalKeys(object: object): CanonicalKeys {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw notJson('only plain objects and arrays are data');
  }
  return knownKeys.of(Object.keys(object));
}

/**
 * Remembers the order of recent keys. The objects of a producer have the same keys again and again, and to sort them
 * costs more than to write their values. It is bounded, because producers choose the keys. It
 * serves those who have objects: imports, and the few drafts that cannot be left in their bytes (decision 006).
 */
class KnownKeys {
  readonly #byCount: Known[][] = Array.from({ length: mostKeys + 1 }, () => []);

  of(unsorted: readonly string[]): CanonicalKeys {
    const sameCount = this.#byCount[unsorted.length];
    const found = sameCount?.find((known) => isSame(known.unsorted, unsorted));
    if (found !== undefined) return found;
    const known = { unsorted, ...inOrder(unsorted) };
    if (sameCount !== undefined && unsorted.every(({ length }) => length <= longestKey)) {
      sameCount.unshift(known);
      if (sameCount.length > mostPerCount) sameCount.pop();
    }
    return known;
  }
}

interface Known extends CanonicalKeys {
  readonly unsorted: readonly string[];
}

const mostKeys = 64;
const mostPerCount = 8;
const longestKey = 64;
const knownKeys = new KnownKeys();

/** V8 has one string for equal keys, so this mostly compares pointers. */
function isSame(keys: readonly string[], others: readonly string[]): boolean {
  for (let at = 0; at < keys.length; at += 1) if (keys[at] !== others[at]) return false;
  return true;
}

function inOrder(unsorted: readonly string[]): CanonicalKeys {
  const keys = [...unsorted].sort();
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

function notJson(what: string): AnnalsError {
  return new AnnalsError('invalid', `Cannot write canonical JSON: ${what}`);
}
