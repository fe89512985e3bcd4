import type { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import { addressOf, type ClientRequest } from './request.ts';

/** The body of an Annals server's response. Throws `corrupt` when it is not JSON, or does not fit the schema. */
export function readJson<T>(text: string, schema: z.ZodType<T>, request: ClientRequest): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(request, 'it is not JSON', cause);
  }
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data as T;
  const member = error.issues[0]?.path.map(String).join('.') || 'it';
  throw unreadable(request, `${member} is missing or has an unexpected form`, error);
}

function unreadable(request: ClientRequest, problem: string, cause: unknown): AnnalsError {
  const message = `Cannot read the response of ${addressOf(request)}: ${problem}. Is it an Annals server?`;
  return new AnnalsError('corrupt', message, { cause });
}
