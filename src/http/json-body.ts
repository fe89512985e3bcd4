import type { z } from 'zod';
import { AnnalsError, type Issue } from '../core/errors.ts';
import { formatPath, parseJson } from '../core/json/parse-json.ts';
import { schemaIssues } from '../core/schema-issues.ts';
import { decodeUtf8 } from '../core/utf8.ts';
import { readBody } from './body.ts';

const smallBodyBytes = 64 * 1024;
const maxIssues = 20;

/**
 * Reads a JSON body, a small one by default, by its schema. Throws `invalid` naming each field.
 *
 * @param purpose completes the sentence "Cannot …"
 */
export async function readJson<S extends z.ZodType>(
  request: Request,
  schema: S,
  purpose: string,
  maxBytes = smallBodyBytes,
): Promise<z.output<S>> {
  const { value, problems } = parseJson(decodeUtf8(await readBody(request, maxBytes)));
  const issues: Issue[] = problems.map(({ path, message }) => ({
    field: formatPath(path),
    message,
  }));
  if (issues.length === 0) {
    const parsed = schema.safeParse(value, { reportInput: true });
    if (parsed.success) return parsed.data;
    issues.push(...schemaIssues(parsed.error, () => 'is not known here').slice(0, maxIssues));
  }
  const { field = '', message = 'is wrong' } = issues[0] ?? {};
  throw new AnnalsError('invalid', `Cannot ${purpose}: ${field || 'the body'} ${message}`, {
    issues,
  });
}
