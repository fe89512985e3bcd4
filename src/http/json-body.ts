import type { z } from 'zod';
import { didYouMean } from '../core/did-you-mean.ts';
import { AnnalsError, type Issue } from '../core/errors.ts';
import { formatPath, parseJson } from '../core/json/parse-json.ts';
import { schemaIssues } from '../core/schema-issues.ts';
import { decodeUtf8 } from '../core/utf8.ts';
import { readBody } from './body.ts';
import { mediaTypeOf } from './media-type.ts';

/** How much a JSON body may have. */
export interface JsonBodyLimits {
  readonly maxBytes: number;
  /** Of values, those inside of others included. */
  readonly maxValues: number;
}

const smallBody: JsonBodyLimits = { maxBytes: 64 * 1024, maxValues: 2_000 };

/**
 * Reads a JSON body, a small one by default, by its schema. Throws `invalid` naming each field, and
 * `unsupported-media` for text that is not UTF-8. Every list of the schema
 * has a maximum: what is wrong with each of its elements is collected.
 *
 * @param purpose completes the sentence "Cannot …"
 */
export async function readJson<S extends z.ZodType>(
  request: Request,
  schema: S,
  purpose: string,
  { maxBytes, maxValues }: JsonBodyLimits = smallBody,
): Promise<z.output<S>> {
  mediaTypeOf(request);
  const text = decodeUtf8(await readBody(request, maxBytes));
  const { value, problems } = parseJson(text, { maxValues });
  const issues: Issue[] = problems.map(({ path, message }) => ({
    field: formatPath(path),
    message,
  }));
  if (issues.length === 0) {
    const parsed = schema.safeParse(value, { reportInput: true });
    if (parsed.success) return parsed.data;
    issues.push(...schemaIssues(schema, parsed.error, unknownField));
  }
  const { field = '', message = 'is wrong' } = issues[0] ?? {};
  throw new AnnalsError('invalid', `Cannot ${purpose}: ${field || 'the body'} ${message}`, {
    issues,
  });
}

function unknownField(key: string, known: readonly string[]): string {
  return `is not known here${didYouMean(key, known)}`;
}
