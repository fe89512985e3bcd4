import { z } from 'zod';

/** One server and how to be let in; named, so that it need not be typed again. */
const savedContextSchema = z.strictObject({
  api: z.string().exactOptional(),
  key: z.string().exactOptional(),
  organisation: z.string().exactOptional(),
});

export const configSchema = z.strictObject({
  current: z.string().exactOptional(),
  contexts: z.record(z.string(), savedContextSchema),
});

export type SavedContext = z.output<typeof savedContextSchema>;
export type Config = z.output<typeof configSchema>;
