import { z } from 'zod';
import { AnnalsError } from './errors.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema asks of a string. */
export interface StringConstraints {
  readonly minLength: number;
  /** Of UTF-16 code units. */
  readonly maxLength: number;
  readonly pattern: RegExp | undefined;
  readonly choices: readonly string[] | undefined;
  /** It must be a text that `parseInstant` takes. */
  readonly instant: boolean;
}

/** What a schema asks of an object; `C` is a test. */
interface ObjectConstraints<C> {
  readonly properties: ReadonlyMap<string, C>;
  readonly required: readonly string[];
  /** Whether members may have other names than the properties. */
  readonly anyOther: boolean;
}

/** How to make tests of one kind out of what a schema asks for. */
export interface CheckFactory<C> {
  any(): C;
  string(words: StringConstraints): C;
  number(): C;
  integer(minimum: number, maximum: number): C;
  object(words: ObjectConstraints<C>): C;
  either(tests: readonly C[]): C;
}

/**
 * Turns a schema into plain tests, several times as fast as parsing with it: for the way by which ten thousands of
 * drafts a second pass, nearly all of them good. It goes by the schema's own JSON Schema and knows only the words ours
 * use; at any other it throws, so that nothing can be asked for and not be tested.
 */
export function compileSchema<C>(schema: z.ZodType, maker: CheckFactory<C>): C {
  const described = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const { $schema: _, $defs, $ref, ...inline } = described;
  if (typeof $ref !== 'string') return compileCheck(inline, maker);
  const definition = ($defs as Record<string, JsonSchema>)[$ref.replace('#/$defs/', '')];
  if (definition === undefined) throw unsupportedKeyword('$ref');
  return compileCheck(definition, maker);
}

/** The `format` by which a schema says that `parseInstant` must take the text. */
const instantFormat = 'date-time';

const annotations = new Set(['id', 'title', 'description']);

function compileCheck<C>({ type, ...words }: JsonSchema, maker: CheckFactory<C>): C {
  const asked = Object.fromEntries(
    Object.entries(words).filter(([word]) => !annotations.has(word)),
  );
  const types = (Array.isArray(type) ? type : [type]) as (string | undefined)[];
  const tests = types.map((name) => typeCheck(name, asked, maker));
  const [first] = tests;
  if (first === undefined) throw unsupportedKeyword('no type');
  return tests.length === 1 ? first : maker.either(tests);
}

function typeCheck<C>(type: string | undefined, words: JsonSchema, maker: CheckFactory<C>): C {
  switch (type) {
    case undefined:
      rejectUnsupportedKeywords(words);
      return maker.any();
    case 'string':
      return stringCheck(words, maker);
    case 'number':
      rejectUnsupportedKeywords(words);
      return maker.number();
    case 'integer': {
      rejectUnsupportedKeywords(words, 'minimum', 'maximum');
      const { minimum = -Infinity, maximum = Infinity } = words as Record<string, number>;
      return maker.integer(minimum, maximum);
    }
    case 'object':
      return objectCheck(words, maker);
    default:
      throw unsupportedKeyword(`type ${type}`);
  }
}

function stringCheck<C>(words: JsonSchema, maker: CheckFactory<C>): C {
  rejectUnsupportedKeywords(words, 'minLength', 'maxLength', 'pattern', 'format', 'enum');
  const { minLength = 0, maxLength = Infinity } = words as Record<string, number>;
  const instant = words.format === instantFormat;
  if (words.format !== undefined && !instant) throw unsupportedKeyword(`format ${words.format}`);
  return maker.string({
    minLength,
    maxLength,
    pattern: typeof words.pattern === 'string' ? new RegExp(words.pattern) : undefined,
    choices: Array.isArray(words.enum) ? (words.enum as string[]) : undefined,
    instant,
  });
}

function objectCheck<C>(words: JsonSchema, maker: CheckFactory<C>): C {
  rejectUnsupportedKeywords(
    words,
    'properties',
    'required',
    'additionalProperties',
    'propertyNames',
  );
  const properties = Object.entries((words.properties ?? {}) as Record<string, JsonSchema>);
  const others = words.additionalProperties;
  const anyOther = others !== undefined && others !== false;
  if (anyOther && Object.keys(others as object).length > 0) {
    throw unsupportedKeyword('additionalProperties');
  }
  return maker.object({
    properties: new Map(properties.map(([name, schema]) => [name, compileCheck(schema, maker)])),
    required: (words.required ?? []) as readonly string[],
    anyOther,
  });
}

function rejectUnsupportedKeywords(words: JsonSchema, ...known: readonly string[]): void {
  const unknown = Object.keys(words).find((word) => !known.includes(word));
  if (unknown !== undefined) throw unsupportedKeyword(unknown);
}

function unsupportedKeyword(word: string): AnnalsError {
  return new AnnalsError('internal', `Cannot test by this schema: it says ${word}`);
}
