import { z } from 'zod';
import { type Issue, maxIssues } from './errors.ts';
import { formatPath } from './json/parse-json.ts';

/**
 * What a schema found wrong, in sentences for the sender: the first of it.
 *
 * @param error of a parse with `reportInput`, so that a missing field differs from one of another type
 * @param unknownField the message for a field that the schema does not have; `known` are those it has there, and `inside`
 *   says whether that is in another field
 */
export function schemaIssues(
  schema: z.ZodType,
  error: z.ZodError,
  unknownField: (key: string, known: readonly string[], inside: boolean) => string,
): Issue[] {
  const issues: Issue[] = [];
  for (const issue of error.issues) {
    const path = issue.path.map((key) => (typeof key === 'symbol' ? '' : key));
    if (issue.code !== 'unrecognized_keys') {
      issues.push({ field: formatPath(path), message: sentence(issue) });
    } else {
      const known = fieldsAt(schema, path);
      for (const key of issue.keys.slice(0, maxIssues - issues.length)) {
        const message = unknownField(key, known, path.length > 0);
        issues.push({ field: formatPath([...path, key]), message });
      }
    }
    if (issues.length >= maxIssues) break;
  }
  return issues;
}

/** The names of the fields that a schema has at a path; none where it is not an object there. */
function fieldsAt(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  let at: unknown = schema;
  for (const part of path) {
    while (at instanceof z.ZodExactOptional || at instanceof z.ZodOptional) at = at.unwrap();
    if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodObject) at = at.shape[part];
  }
  while (at instanceof z.ZodExactOptional || at instanceof z.ZodOptional) at = at.unwrap();
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    if (issue.input === null) {
      return `must be ${article(issue.expected)}, not null: leave the field out`;
    }
    return `must be ${article(issue.expected)}`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return issue.message;
}

function article(type: string): string {
  const names: Record<string, string> = {
    record: 'an object',
    object: 'an object',
    array: 'a list',
    int: 'a whole number',
  };
  return names[type] ?? `a ${type}`;
}
