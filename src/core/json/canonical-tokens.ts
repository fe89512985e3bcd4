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
    byte === 0x65
  );
}

export function isCanonicalNumber(bytes: Buffer, start: number, end: number): boolean {
  if (end - start <= 15 && isDigits(bytes, start, end)) {
    return bytes[start] !== zero || end === start + 1;
  }
  const literal = bytes.toString('latin1', start, end);
  return `${Number(literal)}` === literal;
}

/** One digit or more and nothing else. */
function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (bytes[at]! < zero || bytes[at]! > nine) return false;
  }
  return end > start;
}
