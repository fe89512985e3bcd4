import { z } from 'zod';
import { didYouMean } from '../core/did-you-mean.ts';
import { AnnalsError, type Issue, maxIssues } from '../core/errors.ts';
import { formatPath } from '../core/json/parse-json.ts';
import { day, instantProblem, type Micros, parseDay, parseInstant } from '../core/micros.ts';
import { splitList } from '../core/value-list.ts';

/**
 * Kinds of query parameters. Each reads the text of a parameter, and says through `meta` what the API document says
 * about it: a client sends a number, and what arrives is text.
 */

const highestNumber = 999_999_999_999_999;

/** A whole number of at most 15 digits, which a double holds exactly. */
export const wholeNumberParameter = (lowest: number, highest = highestNumber) =>
  z
    .string()
    .transform((text, context): number => {
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= lowest && value <= highest) return value;
      const range = highest === highestNumber ? `from ${lowest}` : `from ${lowest} to ${highest}`;
      context.addIssue({ code: 'custom', message: `must be a whole number ${range}` });
      return z.NEVER;
    })
    .meta({ type: 'integer', minimum: lowest, maximum: highest });

const flagValues = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** The vendor's clients send 1 and 0, others true and false. */
export const flagParameter = z
  .string()
  .transform((text, context): boolean => {
    const value = flagValues.get(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: 'must be true or false' });
    return z.NEVER;
  })
  .meta({ type: 'boolean' });

const maxListValues = 1_000;

/** Parameters that may be repeated: their schemas get every text. The others get the last one. */
const repeatable = new WeakSet<z.ZodType>();

/** What the values of a parameter are: each is read by `schema`, and described in the API document by `meta`. */
interface ValueKind {
  readonly schema: z.ZodType<string, string>;
  readonly meta: object;
}

const textKind: ValueKind = { schema: z.string(), meta: { type: 'string' } };

/** A number as text, in its one spelling. */
export const numberKind = (lowest: number): ValueKind => ({
  schema: wholeNumberParameter(lowest).transform(String),
  meta: { type: 'integer', format: 'int64', minimum: lowest, maximum: 999_999_999_999_999 },
});

export const enumKind = (values: readonly [string, ...string[]]): ValueKind => ({
  schema: z.enum(values, `must be ${values.join(' or ')}`),
  meta: { type: 'string', enum: values },
});

/**
 * Any of several values, which the parameter has where it is repeated. Empty ones are ignored.
 *
 * @param split divides the text of one parameter into values
 */
function repeatableParameter(
  description: string,
  { schema, meta }: ValueKind,
  split: (text: string) => readonly string[],
  maxValues = maxListValues,
) {
  const parameter = z
    .array(z.string())
    .transform((texts) => texts.flatMap(split).filter((value) => value !== ''))
    .pipe(z.array(schema).max(maxValues, `must have at most ${maxValues} values`))
    .meta({ type: 'array', items: meta, maxItems: maxValues })
    .describe(description)
    .exactOptional();
  repeatable.add(parameter);
  return parameter;
}

/** Comma-joined, repeated, or both (wire: Thalassa 3.1). A comma that belongs to a value is sent as `\,`. */
export const listParameter = (description: string, kind = textKind) =>
  repeatableParameter(description, kind, splitList);

/** Each text is one value, commas included: they occur in identities, such as those of LDAP. */
export const valuesParameter = (description: string, maxValues?: number) =>
  repeatableParameter(description, textKind, (text) => [text], maxValues);

/** @param inclusiveDay whether a date means the end of that day, not its midnight */
export const instantParameter = (inclusiveDay: boolean) =>
  z.string().transform((text, context): Micros => {
    const midnight = parseDay(text);
    if (midnight !== undefined) return inclusiveDay ? midnight + day : midnight;
    // An unescaped plus sign arrives as a space.
    const parsed = parseInstant(text.replace(/ (?=\d\d:\d\d$)/, '+'), { truncate: true });
    if (typeof parsed === 'number') return parsed;
    const date = parsed === 'malformed' ? ', nor a date' : '';
    context.addIssue({ code: 'custom', message: `${instantProblem(parsed)}${date}` });
    return z.NEVER;
  });

const aliases: Record<string, string> = {
  organisationIdentity: 'organizationIdentity',
  actions: 'action',
  resourceTypes: 'resourceType',
};

/**
 * Throws `invalid` for query parameters that a route does not have. A misspelt filter that is ignored would show
 * everything, and nobody would notice.
 */
export function rejectUnknownParameters(
  schema: z.ZodObject | undefined,
  search: URLSearchParams,
): void {
  if (search.size === 0) return;
  const known = Object.keys(schema?.shape ?? {});
  const unknown = new Set(search.keys().filter((key) => !known.includes(aliases[key] ?? key)));
  const issues = [...unknown].slice(0, maxIssues).map((field): Issue => {
    // What leaves events out is not what was meant by a name that finds them, and the other way round.
    const alike = known.filter((name) => name.startsWith('-') === field.startsWith('-'));
    const message = `is not known here${didYouMean(field, alike)}`;
    return { field: formatPath([field]), message };
  });
  const [first] = issues;
  if (first === undefined) return;
  throw new AnnalsError(
    'invalid',
    `Cannot read the request: the parameter ${first.field} ${first.message}`,
    { issues },
  );
}

/**
 * Reads query parameters by a schema. Unknown ones are left to `rejectUnknownParameters`, or ignored as at Thalassa, and
 * empty ones are unset (wire: Thalassa 3.1), except that an empty `cursor` begins a walk. Throws `invalid` naming each bad parameter.
 *
 * @param purpose completes the sentence "Cannot …"
 */
export function readParameters<S extends z.ZodObject>(
  schema: S,
  search: URLSearchParams,
  purpose = 'list',
): z.output<S> {
  const given: Record<string, string | string[]> = {};
  for (const [key, value] of search) {
    const name = aliases[key] ?? key;
    if (!Object.hasOwn(schema.shape, name) || (value === '' && name !== 'cursor')) continue;
    const before = given[name];
    if (!repeatable.has(schema.shape[name] as z.ZodType)) given[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else given[name] = [value];
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    ({ path, code, message }): Issue => ({
      field: String(path[0] ?? ''),
      // All parameters arrive as text, so the type can be wrong only where there is none.
      message: code === 'invalid_type' ? 'is missing' : message,
    }),
  );
  const first = issues[0];
  throw new AnnalsError(
    'invalid',
    `Cannot ${purpose}: the parameter ${first?.field} ${first?.message}`,
    { issues },
  );
}
