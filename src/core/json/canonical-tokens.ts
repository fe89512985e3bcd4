import { losesNothing } from './exact-number.ts';

/** Which tokens of JSON are spelled canonically (RFC 8785): the shortest escapes, numbers as ECMAScript writes them. */

const quote = 0x22;
const backslash = 0x5c;
const plus = 0x2b;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;

/** The length of the escape at this index if it is spelled canonically, otherwise 0. */
export function canonicalEscapeLength(bytes: Buffer, at: number): number {
  switch (bytes[at + 1]) {
    case quote:
    case backslash:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return 2;
    case 0x75:
      return longEscape.test(bytes.toString('latin1', at, at + 6)) ? 6 : 0;
    default:
      return 0;
  }
}

/** The control characters without a short escape. */
const longEscape = /^\\u00(?:0[0-7be-f]|1[0-9a-f])$/;

/** The length of the escape at this index, however it is spelled, or 0: both halves of a surrogate pair are one. */
export function escapeLength(bytes: Buffer, at: number): number {
  const kind = bytes[at + 1];
  if (kind !== 0x75) return kind !== undefined && shortEscapes.includes(kind) ? 2 : 0;
  return anyLongEscape.exec(bytes.toString('latin1', at, at + 12))?.[0].length ?? 0;
}

const shortEscapes = Buffer.from('"\\\\/bfnrt');
/** No half of a surrogate pair is alone. */
const anyLongEscape = /^(?:\\u(?!d[89a-f])[\da-f]{4}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2})/i;

/** The index after the characters that can be in a number. */
export function endOfNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isNumberByte(bytes[at]!)) at += 1;
  return at;
}

/** Whether a byte can be in a number. For the first byte of a value: whether the value is a number. */
export function isNumberByte(byte: number): boolean {
  return (
    (byte >= zero && byte <= nine) ||
    byte === minus ||
    byte === point ||
    byte === plus ||
    byte === 0x65 ||
    byte === 0x45
  );
}

/** How a number is spelled; undefined when it is none, or one that a double cannot hold. */
export function numberSpelling(
  bytes: Buffer,
  start: number,
  end: number,
): 'canonical' | 'other' | undefined {
  if (end - start <= 15 && isDigits(bytes, start, end)) {
    return bytes[start] !== zero || end === start + 1 ? 'canonical' : undefined;
  }
  const literal = bytes.toString('latin1', start, end);
  const value = Number(literal);
  if (`${value}` === literal) return 'canonical';
  return anyNumber.test(literal) && losesNothing(literal, value) ? 'other' : undefined;
}

const anyNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** One digit or more and nothing else. */
function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (bytes[at]! < zero || bytes[at]! > nine) return false;
  }
  return end > start;
}
