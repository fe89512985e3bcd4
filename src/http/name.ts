import { z } from 'zod';

/** What an organisation or a key is called: a line of text that steers no terminal it is shown on. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');
