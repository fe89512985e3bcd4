/** Whether a double holds the number that a literal of JSON says: it says the same, however it is spelled. */
export function losesNothing(literal: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  return !mayLoseDigits(literal, value) || decimal(literal) === decimal(String(value));
}

const smallestNormal = 2 ** -1_022;

/** A double keeps any 15 digits, unless the number is so near to zero that the double has fewer bits for them. */
function mayLoseDigits(literal: string, value: number): boolean {
  return literal.length > 15 || (Math.abs(value) < smallestNormal && literal !== '0');
}

/** One spelling for each decimal number: sign, digits without leading and trailing zeros, power of ten. */
function decimal(literal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal);
  if (match === null) return literal;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - trimmed.length);
  return `${sign}${trimmed}e${power}`;
}
