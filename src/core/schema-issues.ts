import type { z } from 'zod';
import type { Issue } from './errors.ts';
import { formatPath } from './json/parse-json.ts';

/**
 * What a schema found wrong, in sentences for the sender.
 *
 * @param error of a parse with `reportInput`, so that a missing field differs from one of another type
 * @param unknownField the message for a field that the schema does not have; `inside` when it is in another field
 */
export function schemaIssues(
  error: z.ZodError,
  unknownField: (key: string, inside: boolean) => string,
): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    const path = issue.path.map((key) => (typeof key === 'symbol' ? '' : key));
    if (issue.code !== 'unrecognized_keys') {
      return [{ field: formatPath(path), message: sentence(issue) }];
    }
    return issue.keys.map((key) => ({
      field: formatPath([...path, key]),
      message: unknownField(key, path.length > 0),
    }));
  });
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
