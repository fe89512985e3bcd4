import { z } from 'zod';

/** Events on a page of a list, and in a response to a client that follows the log. */
export const defaultLimit = 50;
export const maxLimit = 1_000;

/** The headers of a list and of an export. */
export const snapshotSchema = z
  .int()
  .min(0)
  .describe(
    'Size of the log that was looked at; a request with it as snapshot finds the same events',
  );
export const keptFromSchema = z
  .int()
  .min(0)
  .describe(
    'Only when events that might be in the response were dropped because their retention is over: the first sequence that the log has',
  );
