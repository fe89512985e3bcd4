import { z } from 'zod';

/** A server and a key under a name. A file of its own, because `config.ts` loads it only when there is something saved. */
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
