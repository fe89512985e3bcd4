import { z } from 'zod';
import { AnnalsError, messageOf } from '../../core/errors.ts';

const count = z.number().int().min(0);
/** Beside the manifest, and nowhere else. */
const fileName = z.string().regex(/^[^/\\\0]+$/, 'must be a plain name');
const event = z.object({ id: z.string(), at: z.string() });
const fileSchema = z.object({
  name: fileName,
  from: z.string().exactOptional(),
  to: z.string().exactOptional(),
  entries: count,
  bytes: count,
  sha256: z.string(),
  first: event.exactOptional(),
  last: event.exactOptional(),
});

const manifestSchema = z.object({
  manifestVersion: z.literal(1),
  complete: z.boolean(),
  reason: z.string().exactOptional(),
  keptFrom: count.exactOptional(),
  entries: count,
  bytes: count,
  filesExpected: count,
  files: z.array(fileSchema),
  proof: z.object({ name: fileName, bytes: count, sha256: z.string() }).exactOptional(),
});

/** What a manifest claims, as far as it can be checked. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];

export const manifestSuffix = '.manifest.json';

/** Throws `corrupt` for what is no manifest. */
export function parseManifest(text: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    const because = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AnnalsError('corrupt', `it is no manifest (${because})`, { cause: error });
  }
}
