import type { z } from 'zod';
import { type CheckFactory, compileSchema, type StringConstraints } from '../compile-schema.ts';
import { noControlCharacters } from '../event.ts';
import { parseInstant } from '../micros.ts';
import { NameTable } from '../name-table.ts';
import { none, type RawJson } from './raw-json.ts';

/** Whether a value fits. */
export type RawCheck = (json: RawJson, value: number) => boolean;

/** The check of a schema for values that are left in their bytes (see `compileSchema`). */
export function rawCheck(schema: z.ZodType): RawCheck {
  return compileSchema(schema, checks);
}

const checks: CheckFactory<RawCheck> = {
  any: () => () => true,
  string: stringCheck,
  number: () => (json, value) => json.isNumber(value),
  integer: (minimum, maximum) => (json, value) => {
    if (!json.isNumber(value)) return false;
    const number = json.numberOf(value);
    return Number.isInteger(number) && minimum <= number && number <= maximum;
  },
  object: ({ properties, required, anyOther }) => {
    if (properties.size === 0 && anyOther) return (json, value) => json.isObject(value);
    const table = new NameTable([...properties.keys()]);
    const tests = [...properties.values()];
    const needed = required.map((name) => [...properties.keys()].indexOf(name));
    return (json, object) => {
      if (!json.isObject(object)) return false;
      let missing = needed.length;
      for (let member = json.first(object); member !== none; member = json.next(member)) {
        const index = table.find(json.bytes, json.keyStart(member), json.keyEnd(member));
        if (index < 0 ? !anyOther : !tests[index]!(json, member)) return false;
        if (needed.includes(index)) missing -= 1;
      }
      return missing === 0;
    };
  },
  either: (any) => (json, value) => any.some((check) => check(json, value)),
};

/** The bytes of a string decide most checks. Its text is created only when they do not. */
function stringCheck(constraints: StringConstraints): RawCheck {
  const { minLength, maxLength, pattern, choices, instant } = constraints;
  const needsText = minLength > 1 || choices !== undefined || instant;
  const noControls = pattern?.source === noControlCharacters.source;
  const textFits = (text: string) =>
    text.length >= minLength &&
    text.length <= maxLength &&
    (pattern === undefined || pattern.test(text)) &&
    (choices === undefined || choices.includes(text)) &&
    (!instant || typeof parseInstant(text) === 'number');
  return (json, value) => {
    if (!json.isString(value)) return false;
    const [start, end] = [json.start(value) + 1, json.end(value) - 1];
    // A character has at least one byte, and an escape is longer than its character.
    const fits = !needsText && end - start >= minLength && end - start <= maxLength;
    const plain = noControls && !json.isEscaped(value) && !hasDelete(json.bytes, start, end);
    return (fits && (pattern === undefined || plain)) || textFits(json.textOf(value));
  };
}

/** The one control character that JSON allows in a string as it is. */
function hasDelete(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] === 0x7f) return true;
  return false;
}
