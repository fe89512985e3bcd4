/**
 * The values of a comma-joined list, without white space around them. Directly before a comma a backslash makes it, or
 * another backslash, a part of the value: `a\,b` is one value with a comma, `a\\,b` are two. All others are as they
 * are, such as those of `App\User`.
 */
export function splitList(text: string): string[] {
  const values: string[] = [];
  let value = '';
  for (const [part, backslashes = '', comma] of text.matchAll(/(\\*)(,)|[^,\\]+|\\+/g)) {
    if (comma === undefined) value += part;
    else {
      value += '\\'.repeat(backslashes.length / 2);
      if (backslashes.length % 2 === 1) value += comma;
      else {
        values.push(value);
        value = '';
      }
    }
  }
  return [...values, value].map((one) => one.trim());
}

/** A value as `splitList` reads it. */
export function listValue(value: string): string {
  return value.replace(/\\*,/g, (run) => `${'\\'.repeat((run.length - 1) * 2)}\\,`);
}
