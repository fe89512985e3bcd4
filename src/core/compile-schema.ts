import { z } from 'zod';
import { AnnalsError } from './errors.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema requires of a string. */
export interface StringConstraints {
  readonly minLength: number;
  /** Of UTF-16 code units. */
  readonly maxLength: number;
  readonly pattern: RegExp | undefined;
  readonly choices: readonly string[] | undefined;
  /** `parseInstant` must accept it. */
  readonly instant: boolean;
}

/** What a schema requires of an object; `C` is a check. */
interface ObjectConstraints<C> {
  readonly properties: ReadonlyMap<string, C>;
  readonly required: readonly string[];
  /** Whether members may have other names than the properties. */
  readonly anyOther: boolean;
}

/** Creates checks of one kind from what a schema requires. */
export interface CheckFactory<C> {
  any(): C;
  string(constraints: StringConstraints): C;
  number(): C;
  integer(minimum: number, maximum: number): C;
  object(constraints: ObjectConstraints<C>): C;
  either(checks: readonly C[]): C;
}

/**
 * Compiles a schema into plain functions, which are several times as fast as parsing with it: tens of thousands of drafts
 * a second are checked, and nearly all are valid. It reads the schema's own JSON Schema and supports only the keywords
 * that our schemas use. It throws at any other, so that no requirement stays unchecked.
 */
export function compileSchema<C>(schema: z.ZodType, factory: CheckFactory<C>): C {
  const described = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const { $schema: _, $defs, $ref, ...inline } = described;
  if (typeof $ref !== 'string') return compileCheck(inline, factory);
  const definition = ($defs as Record<string, JsonSchema>)[$ref.replace('#/$defs/', '')];
  if (definition === undefined) throw unsupportedKeyword('$ref');
  return compileCheck(definition, factory);
}

/** The `format` by which a schema says that `parseInstant` must take the text. */
const instantFormat = 'date-time';

const annotations = new Set(['title', 'description']);

function compileCheck<C>({ type, ...keywords }: JsonSchema, factory: CheckFactory<C>): C {
  const required = Object.fromEntries(
    Object.entries(keywords).filter(([keyword]) => !annotations.has(keyword)),
  );
  const types = (Array.isArray(type) ? type : [type]) as (string | undefined)[];
  const checks = types.map((name) => typeCheck(name, required, factory));
  const [first] = checks;
  if (first === undefined) throw unsupportedKeyword('a list of types without an entry');
  return checks.length === 1 ? first : factory.either(checks);
}

function typeCheck<C>(type: string | undefined, keywords: JsonSchema, factory: CheckFactory<C>): C {
  switch (type) {
    case undefined:
      rejectUnsupportedKeywords(keywords);
      return factory.any();
    case 'string':
      return stringCheck(keywords, factory);
    case 'number':
      rejectUnsupportedKeywords(keywords);
      return factory.number();
    case 'integer': {
      rejectUnsupportedKeywords(keywords, 'minimum', 'maximum');
      const { minimum = -Infinity, maximum = Infinity } = keywords as Record<string, number>;
      return factory.integer(minimum, maximum);
    }
    case 'object':
      return objectCheck(keywords, factory);
    default:
      throw unsupportedKeyword(`type ${type}`);
  }
}

function stringCheck<C>(keywords: JsonSchema, factory: CheckFactory<C>): C {
  rejectUnsupportedKeywords(keywords, 'minLength', 'maxLength', 'pattern', 'format', 'enum');
  const { minLength = 0, maxLength = Infinity } = keywords as Record<string, number>;
  const instant = keywords.format === instantFormat;
  if (keywords.format !== undefined && !instant)
    throw unsupportedKeyword(`format ${keywords.format}`);
  return factory.string({
    minLength,
    maxLength,
    pattern: typeof keywords.pattern === 'string' ? new RegExp(keywords.pattern) : undefined,
    choices: Array.isArray(keywords.enum) ? (keywords.enum as string[]) : undefined,
    instant,
  });
}

function objectCheck<C>(keywords: JsonSchema, factory: CheckFactory<C>): C {
  rejectUnsupportedKeywords(
    keywords,
    'properties',
    'required',
    'additionalProperties',
    'propertyNames',
  );
  const properties = Object.entries((keywords.properties ?? {}) as Record<string, JsonSchema>);
  const others = keywords.additionalProperties;
  const anyOther = others !== undefined && others !== false;
  if (anyOther && Object.keys(others as object).length > 0) {
    throw unsupportedKeyword('additionalProperties');
  }
  return factory.object({
    properties: new Map(properties.map(([name, schema]) => [name, compileCheck(schema, factory)])),
    required: (keywords.required ?? []) as readonly string[],
    anyOther,
  });
}

function rejectUnsupportedKeywords(keywords: JsonSchema, ...known: readonly string[]): void {
  const unknown = Object.keys(keywords).find((keyword) => !known.includes(keyword));
  if (unknown !== undefined) throw unsupportedKeyword(unknown);
}

function unsupportedKeyword(keyword: string): AnnalsError {
  return new AnnalsError('internal', `Cannot compile the schema: ${keyword} is not supported`);
}
