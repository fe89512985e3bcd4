import { AnnalsError } from '../errors.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Walks over the members of one JSON object without creating objects. `visit` gets each key, and where its value starts
 * and ends in the text; it may return true to stop. Nested values are skipped, not checked. To look into one, start at
 * its index with `from`. Throws `corrupt` when there is no object at `from`.
 */
export function eachMember(
  text: string,
  visit: (key: string, start: number, end: number) => boolean | undefined,
  from = 0,
): void {
  let at = skipSpace(text, from);
  if (text.charCodeAt(at) !== openBrace) throw broken(text, at, 'an object');
  at = skipSpace(text, at + 1);
  if (text.charCodeAt(at) === closeBrace) return;
  for (;;) {
    if (text.charCodeAt(at) !== quote) throw broken(text, at, 'a key in quotes');
    const keyEnd = endOfString(text, at);
    const key = textOf(text.slice(at, keyEnd));
    at = skipSpace(text, keyEnd);
    if (text.charCodeAt(at) !== colon) throw broken(text, at, 'a colon');
    at = skipSpace(text, at + 1);
    const end = endOfValue(text, at);
    if (visit(key, at, end) === true) return;
    at = skipSpace(text, end);
    const code = text.charCodeAt(at);
    if (code === closeBrace) return;
    if (code !== comma) throw broken(text, at, 'a comma or }');
    at = skipSpace(text, at + 1);
  }
}

/** The value of a JSON string literal, quotes included. */
export function textOf(literal: string): string {
  return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}

/** The values of these members, in the order of `keys`; undefined for a member that is missing or not a string. */
export function textMembers(text: string, keys: readonly string[]): (string | undefined)[] {
  const values: (string | undefined)[] = keys.map(() => undefined);
  let missing = keys.length;
  eachMember(text, (key, start, end) => {
    const index = keys.indexOf(key);
    if (index < 0 || text.charCodeAt(start) !== quote) return undefined;
    if (values[index] === undefined) missing -= 1;
    values[index] = textOf(text.slice(start, end));
    return missing === 0;
  });
  return values;
}

/** The index after the string whose opening quote is at `at`. */
function endOfString(text: string, at: number): number {
  let end = at;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) throw broken(text, text.length, 'the end of a string');
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return endOfString(text, start);
  if (first === openBrace || first === openBracket) {
    let depth = 0;
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === quote) at = endOfString(text, at) - 1;
      else if (code === openBrace || code === openBracket) depth += 1;
      else if (code === closeBrace || code === closeBracket) {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    throw broken(text, text.length, 'the end of a value');
  }
  let end = start;
  while (end < text.length && !isEnd(text.charCodeAt(end))) end += 1;
  if (end === start) throw broken(text, start, 'a value');
  return end;
}

const isEnd = (code: number): boolean =>
  code === comma || code === closeBrace || code === closeBracket || code <= 0x20;

function skipSpace(text: string, at: number): number {
  let index = at;
  for (;;) {
    const code = text.charCodeAt(index);
    if (code > 0x20) return index;
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) index += 1;
    else return index;
  }
}

function broken(text: string, at: number, expected: string): AnnalsError {
  const found = at >= text.length ? 'the end' : JSON.stringify(text[at]);
  return new AnnalsError(
    'corrupt',
    `Cannot read a JSON object of ${text.length} characters: expected ${expected} at character ${at}, found ${found}`,
  );
}
