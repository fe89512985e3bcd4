/** Reads what others wrote, such as a configuration file, without trusting its shape. */

/** A member of an object, or undefined. */
export function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** A text that is not empty, or undefined. */
export function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Of a list of `{name, [key]: …}` the `[key]` of the one with this name. */
export function memberOfNamed(list: unknown, name: string | undefined, key: string): unknown {
  if (!Array.isArray(list) || name === undefined) return undefined;
  return memberOf(
    list.find((each) => memberOf(each, 'name') === name),
    key,
  );
}
