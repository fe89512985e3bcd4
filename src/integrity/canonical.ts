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

/**
 * A plain object's keys in canonical order. Comparing strings, and so sorting them, goes by UTF-16 code units:
 * what RFC 8785 asks for.
 */
export function canonicalKeys(object: object): string[] {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refused('only plain objects and arrays are data');
  }
  const keys = Object.keys(object);
  return keys.length > fewKeys ? keys.sort() : insertionSort(keys);
}

/** Up to here inserting is three times as fast as `Array.sort`, which sets up more than a few keys need. */
const fewKeys = 32;

function insertionSort(keys: string[]): string[] {
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next]!;
    let at = next;
    while (at > 0 && keys[at - 1]! > key) {
      keys[at] = keys[at - 1]!;
      at -= 1;
    }
    if (at !== next) keys[at] = key;
  }
  return keys;
}

function canonicalObject(object: object): string {
  let text = '';
  for (const key of canonicalKeys(object)) {
    const value = canonicalJson((object as Record<string, unknown>)[key]);
    text += `${text === '' ? '{' : ','}${canonicalString(key)}:${value}`;
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
