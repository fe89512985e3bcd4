import { AnnalsError, maxIssues } from '../errors.ts';
import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
} from './characters.ts';
import { losesNothing } from './exact-number.ts';

/** A JSON value that can be written again without a loss: reading it lost nothing. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Something in the text that `JSON.parse` would change without an error. */
export interface JsonProblem {
  /** Keys and indexes from the outermost value to the one with the problem. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface ParsedJson {
  readonly value: Json;
  /** Empty when `value` says all that the text says; otherwise `value` must not be used. */
  readonly problems: readonly JsonProblem[];
}

export const defaultMaxDepth = 32;

interface JsonLimits {
  readonly maxDepth?: number;
  /** The most values, those inside of others included. */
  readonly maxValues?: number;
}

/**
 * Reads one JSON text (RFC 8259), and finds what `JSON.parse` would accept and change: duplicate keys, lone surrogates,
 * numbers that a double cannot hold. It also finds nesting deeper than `maxDepth`. Such problems are collected (at most
 * 20), so that a producer sees all of them. Throws `invalid` on a text that is not JSON, and at the first value that is
 * too many.
 */
export function parseJson(text: string, limits: JsonLimits = {}): ParsedJson {
  const reader = new JsonReader(text, limits);
  const value = reader.document();
  return { value, problems: reader.problems };
}

const longestPath = 200;

/** `context.headers[3]` for a path of keys and indexes. A very long one is cut: nobody would read it. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) {
    text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`;
    if (text.length > longestPath) return `${text.slice(0, longestPath)}…`;
  }
  return text;
}

const numberAt = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ownProperty = { enumerable: true, configurable: true, writable: true };

class JsonReader {
  readonly problems: JsonProblem[] = [];
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #maxValues: number;
  /** The key or index that is being read at each depth, so that a problem can say where it is. */
  readonly #path: (string | number)[] = [];
  #at = 0;
  #values = 0;

  constructor(text: string, { maxDepth = defaultMaxDepth, maxValues = Infinity }: JsonLimits) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#maxValues = maxValues;
  }

  document(): Json {
    const value = this.#value();
    if (this.#space() >= 0) throw this.#unexpected('the end');
    return value;
  }

  /** Skips white space. Returns the character code there, or -1 at the end. */
  #space(): number {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code > 0x20) return code;
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) this.#at += 1;
      else return this.#at >= text.length ? -1 : code;
    }
  }

  #value(): Json {
    this.#values += 1;
    if (this.#values > this.#maxValues) {
      throw new AnnalsError(
        'invalid',
        `Cannot read the JSON: it has more than ${this.#maxValues} values, those inside of others included`,
      );
    }
    switch (this.#space()) {
      case quote:
        return this.#string();
      case openBrace:
        return this.#object();
      case openBracket:
        return this.#array();
      case 0x74:
        return this.#literal('true', true);
      case 0x66:
        return this.#literal('false', false);
      case 0x6e:
        return this.#literal('null', null);
      default:
        return this.#number();
    }
  }

  #literal<T extends Json>(literal: string, value: T): T {
    if (!this.#text.startsWith(literal, this.#at)) throw this.#unexpected('a value');
    this.#at += literal.length;
    return value;
  }

  #object(): JsonObject {
    const object: JsonObject = {};
    const depth = this.#enter();
    let code = this.#space();
    while (code !== closeBrace) {
      if (code !== quote) throw this.#unexpected('a key in quotes');
      const key = this.#string();
      this.#path[depth] = key;
      if (this.#space() !== colon) throw this.#unexpected('a colon');
      this.#at += 1;
      const value = this.#value();
      if (Object.hasOwn(object, key)) this.#problem('is a duplicate key of its object');
      if (key === '__proto__') Object.defineProperty(object, key, { ...ownProperty, value });
      else object[key] = value;
      code = this.#separator(closeBrace);
    }
    this.#leave(depth);
    return object;
  }

  #array(): Json[] {
    const array: Json[] = [];
    const depth = this.#enter();
    let code = this.#space();
    while (code !== closeBracket) {
      this.#path[depth] = array.length;
      array.push(this.#value());
      code = this.#separator(closeBracket);
    }
    this.#leave(depth);
    return array;
  }

  /** Skips a comma, after which there must be another member, or stops before the closing character. */
  #separator(close: number): number {
    const code = this.#space();
    if (code === close) return code;
    if (code !== comma) throw this.#unexpected(`a comma or ${String.fromCharCode(close)}`);
    this.#at += 1;
    const next = this.#space();
    if (next === close) throw this.#unexpected('another member');
    return next;
  }

  #enter(): number {
    const depth = this.#path.length;
    if (depth === this.#maxDepth) this.#problem(`is nested deeper than ${this.#maxDepth} levels`);
    // Such a text is an attack, and to read on would use up the stack.
    if (depth > this.#maxDepth + 100) {
      throw new AnnalsError(
        'invalid',
        `Cannot read the JSON: it is nested far deeper than ${this.#maxDepth} levels`,
      );
    }
    this.#path.push('');
    this.#at += 1;
    return depth;
  }

  #leave(depth: number): void {
    this.#path.length = depth;
    this.#at += 1;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (code === backslash) return this.#escapedString(start, at);
      if (code < 0x20 || at >= text.length) throw this.#unexpected('the end of a string', at);
      at += 1;
    }
  }

  /** Strings with an escape are rare: this finds the end, and leaves the escapes to `JSON.parse`. */
  #escapedString(start: number, firstEscape: number): string {
    let at = firstEscape;
    for (;;) {
      const code = this.#text.charCodeAt(at);
      if (code === quote) break;
      if (code < 0x20 || at >= this.#text.length) throw this.#unexpected('the end of a string', at);
      at += code === backslash ? 2 : 1;
    }
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(start - 1, at + 1)) as string;
    } catch {
      throw this.#unexpected('a valid escape', firstEscape);
    }
    if (!value.isWellFormed()) this.#problem('has half of a surrogate pair');
    this.#at = at + 1;
    return value;
  }

  #number(): number {
    numberAt.lastIndex = this.#at;
    const literal = numberAt.exec(this.#text)?.[0];
    if (literal === undefined) throw this.#unexpected('a value');
    this.#at += literal.length;
    const value = Number(literal);
    if (Number.isFinite(value) && !losesNothing(literal, value)) {
      this.#problem(
        `is the number ${literal.slice(0, 40)}, which would lose digits: send it as text`,
      );
    } else if (!Number.isFinite(value)) {
      this.#problem(`is the number ${literal.slice(0, 40)}, which is too large: send it as text`);
    }
    return value;
  }

  #problem(message: string): void {
    if (this.problems.length < maxIssues) this.problems.push({ path: [...this.#path], message });
  }

  #unexpected(expected: string, at = this.#at): AnnalsError {
    const found = at >= this.#text.length ? 'the end' : JSON.stringify(this.#text[at]);
    return new AnnalsError(
      'invalid',
      `Cannot read the JSON: expected ${expected} at character ${at}, found ${found}`,
    );
  }
}
