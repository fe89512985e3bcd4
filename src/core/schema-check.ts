import { z } from 'zod';
import { AnnalsError } from './errors.ts';
import { parseInstant } from './micros.ts';

/** Whether a value fits; why it does not is for the schema itself to say. */
export type Check = (value: unknown) => boolean;

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Turns a schema into plain tests, several times as fast as parsing with it: for the way by which ten thousands of
 * drafts a second pass, nearly all of them good. It goes by the schema's own JSON Schema and knows only the words ours
 * use; at any other it throws, so that nothing can be asked for and not be tested.
 */
export function schemaCheck(schema: z.ZodType): Check {
  const described = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const { $schema: _, $defs, $ref, ...inline } = described;
  if (typeof $ref !== 'string') return checkOf(inline);
  const definition = ($defs as Record<string, JsonSchema>)[$ref.replace('#/$defs/', '')];
  if (definition === undefined) throw unknownWord('$ref');
  return checkOf(definition);
}

const annotations = new Set(['id', 'title', 'description']);

function checkOf({ type, ...words }: JsonSchema): Check {
  const tests = Object.fromEntries(
    Object.entries(words).filter(([word]) => !annotations.has(word)),
  );
  const types = (Array.isArray(type) ? type : [type]) as (string | undefined)[];
  const checks = types.map((name) => typeChecks[name ?? 'any']?.(tests));
  if (checks.includes(undefined)) throw unknownWord(`type ${types.join(', ')}`);
  const [first, ...others] = checks as Check[];
  if (first === undefined) throw unknownWord('no type');
  return others.length === 0 ? first : (value) => (checks as Check[]).some((check) => check(value));
}

const typeChecks: Record<string, (words: JsonSchema) => Check> = {
  any: (words) => {
    know(words);
    return () => true;
  },
  string: stringCheck,
  number: (words) => {
    know(words);
    return (value) => typeof value === 'number';
  },
  integer: (words) => {
    const { minimum = -Infinity, maximum = Infinity } = words as Record<string, number>;
    know(words, 'minimum', 'maximum');
    return (value) =>
      Number.isInteger(value) && minimum <= Number(value) && Number(value) <= maximum;
  },
  object: objectCheck,
};

function stringCheck(words: JsonSchema): Check {
  know(words, 'minLength', 'maxLength', 'pattern', 'format', 'enum');
  const { minLength = 0, maxLength = Infinity } = words as Record<string, number>;
  const pattern = typeof words.pattern === 'string' ? new RegExp(words.pattern) : undefined;
  const choices = Array.isArray(words.enum) ? new Set<unknown>(words.enum) : undefined;
  const instant = words.format === instantFormat;
  if (words.format !== undefined && !instant) throw unknownWord(`format ${words.format}`);
  return (value) =>
    typeof value === 'string' &&
    value.length >= minLength &&
    value.length <= maxLength &&
    (pattern === undefined || pattern.test(value)) &&
    (choices === undefined || choices.has(value)) &&
    (!instant || typeof parseInstant(value) === 'number');
}

/** The `format` by which a schema says that `parseInstant` must take the text. */
export const instantFormat = 'date-time';

function objectCheck(words: JsonSchema): Check {
  know(words, 'properties', 'required', 'additionalProperties', 'propertyNames');
  const properties = Object.entries((words.properties ?? {}) as Record<string, JsonSchema>);
  const checks = new Map(properties.map(([name, schema]) => [name, checkOf(schema)]));
  const required = (words.required ?? []) as readonly string[];
  const others = words.additionalProperties;
  const anyOther = others !== undefined && others !== false;
  if (anyOther && Object.keys(others as object).length > 0)
    throw unknownWord('additionalProperties');
  if (checks.size === 0 && anyOther) return isObject;
  return (value) => {
    if (!isObject(value)) return false;
    for (const name of Object.keys(value)) {
      const check = checks.get(name);
      if (check === undefined ? !anyOther : !check(value[name])) return false;
    }
    return required.every((name) => Object.hasOwn(value, name));
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function know(words: JsonSchema, ...known: readonly string[]): void {
  const unknown = Object.keys(words).find((word) => !known.includes(word));
  if (unknown !== undefined) throw unknownWord(unknown);
}

function unknownWord(word: string): AnnalsError {
  return new AnnalsError('internal', `Cannot test by this schema: it says ${word}`);
}
