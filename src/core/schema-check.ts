import type { z } from 'zod';
import { type CheckFactory, compileSchema } from './compile-schema.ts';
import { parseInstant } from './micros.ts';

/** Whether a value fits. The schema itself says why it does not. */
export type Check = (value: unknown) => boolean;

/** The check of a schema for values (see `compileSchema`). */
export function schemaCheck(schema: z.ZodType): Check {
  return compileSchema(schema, checks);
}

const checks: CheckFactory<Check> = {
  any: () => () => true,
  string: ({ minLength, maxLength, pattern, choices, instant }) => {
    const chosen = choices && new Set<unknown>(choices);
    return (value) =>
      typeof value === 'string' &&
      value.length >= minLength &&
      value.length <= maxLength &&
      (pattern === undefined || pattern.test(value)) &&
      (chosen === undefined || chosen.has(value)) &&
      (!instant || typeof parseInstant(value) === 'number');
  },
  number: () => (value) => typeof value === 'number',
  integer: (minimum, maximum) => (value) =>
    Number.isInteger(value) && minimum <= Number(value) && Number(value) <= maximum,
  object: ({ properties, required, anyOther }) => {
    if (properties.size === 0 && anyOther) return isObject;
    return (value) => {
      if (!isObject(value)) return false;
      for (const name of Object.keys(value)) {
        const check = properties.get(name);
        if (check === undefined ? !anyOther : !check(value[name])) return false;
      }
      return required.every((name) => Object.hasOwn(value, name));
    };
  },
  either: (any) => (value) => any.some((check) => check(value)),
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
