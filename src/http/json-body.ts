import type { z } from 'zod';
import { AnnalsError, type Issue } from '../core/errors.ts';
import { decodeUtf8, formatPath, parseJson } from '../core/json.ts';
import { readBody } from './body.ts';

const smallBodyBytes = 64 * 1024;

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
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const field = formatPath(issue.path.filter((part) => typeof part !== 'symbol'));
      issues.push({ field, message: lowerFirst(issue.message) });
    }
  }
  const first = issues[0];
  throw new AnnalsError('invalid', `Cannot ${purpose}: ${first?.field ?? ''} ${first?.message}`, {
    issues,
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
