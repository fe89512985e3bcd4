import { z } from 'zod';
import { AnnalsError, messageOf } from '../core/errors.ts';

/*
 * The one description of a manifest: `manifest.ts` writes this type, and `parseManifest` reads it by the schema. The
 * writer imports only the type, because an export has no memory to spare for a schema library.
 */

const count = z.number().int().min(0);
/** A file beside the manifest, and nowhere else. */
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

const texts = z.array(z.string()).readonly();
const oneOrMoreTexts = z.union([z.string(), texts]);

const fieldFilters = {
  serviceAccount: oneOrMoreTexts.exactOptional(),
  userIdentity: oneOrMoreTexts.exactOptional(),
  impersonatorIdentity: oneOrMoreTexts.exactOptional(),
  actions: texts.exactOptional(),
  resourceTypes: texts.exactOptional(),
  resourceIdentity: oneOrMoreTexts.exactOptional(),
  responseStatus: z.union([z.number(), z.array(z.number()).readonly()]).exactOptional(),
  outcome: oneOrMoreTexts.exactOptional(),
  clientIp: oneOrMoreTexts.exactOptional(),
  traceId: oneOrMoreTexts.exactOptional(),
  sessionId: oneOrMoreTexts.exactOptional(),
  projectId: oneOrMoreTexts.exactOptional(),
  credential: oneOrMoreTexts.exactOptional(),
  country: oneOrMoreTexts.exactOptional(),
};

const filtersSchema = z.object({
  searchText: z.string().exactOptional(),
  organizationIdentity: z.string().exactOptional(),
  includeSystemServices: z.boolean().exactOptional(),
  ...fieldFilters,
  without: z
    .object({ searchText: oneOrMoreTexts.exactOptional(), ...fieldFilters })
    .exactOptional(),
});

export const manifestSchema = z.object({
  manifestVersion: z.literal(1),
  complete: z.boolean(),
  /** Why it is not complete, and the line that continues it. */
  reason: z.string().exactOptional(),
  continueWith: z.string().exactOptional(),
  /** How many entries the source said that its list has, and how many it gave, when these were fewer. */
  expected: count.exactOptional(),
  received: count.exactOptional(),
  /** The first sequence that the source still had, when it had dropped events of the window. */
  keptFrom: count.exactOptional(),
  source: z.object({
    kind: z.string(),
    endpoint: z.string(),
    organisation: z.string().exactOptional(),
  }),
  window: z.object({
    from: z.string(),
    to: z.string(),
    since: z.string().exactOptional(),
    timezone: z.string(),
    split: z.string().optional(),
  }),
  filters: z.object({
    asked: filtersSchema,
    appliedBySource: filtersSchema,
    appliedHere: filtersSchema,
  }),
  format: z.string(),
  envelope: z.string().optional(),
  compress: z.string().optional(),
  shape: z.string(),
  redact: z.literal('personal').exactOptional(),
  order: z.literal('oldest first'),
  startedAt: z.string(),
  /** A fingerprint of the export query, by which a later run recognises the export as its own. */
  question: z.string(),
  entries: count,
  bytes: count,
  filesExpected: count,
  files: z.array(fileSchema).readonly(),
  /** Periods that were read and have no entries, when these were to have no file. */
  emptyPeriods: z.array(z.object({ from: z.string(), to: z.string() })).exactOptional(),
  proof: z.object({ name: fileName, bytes: count, sha256: z.string() }).exactOptional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/**
 * What can be checked of a manifest, and what reports repeat as the exporter's word. The rest may be missing, for a manifest
 * that somebody wrote by hand.
 */
const claimsSchema = manifestSchema
  .pick({
    manifestVersion: true,
    complete: true,
    reason: true,
    keptFrom: true,
    entries: true,
    bytes: true,
    filesExpected: true,
    files: true,
    emptyPeriods: true,
    proof: true,
  })
  .extend({
    source: manifestSchema.shape.source.exactOptional(),
    window: manifestSchema.shape.window.pick({ from: true, to: true }).exactOptional(),
    filters: manifestSchema.shape.filters.pick({ asked: true }).exactOptional(),
  });

export type ManifestClaims = z.infer<typeof claimsSchema>;
export type ManifestFile = Manifest['files'][number];

/** Throws `corrupt` for a text that is not a manifest. */
export function parseManifest(text: string): ManifestClaims {
  try {
    return claimsSchema.parse(JSON.parse(text));
  } catch (error) {
    const because = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AnnalsError('corrupt', `it is not a manifest (${because})`, { cause: error });
  }
}
