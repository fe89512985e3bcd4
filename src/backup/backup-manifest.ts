import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { decodeBase64 } from '../integrity/base64.ts';

/*
 * What a backup says about itself. Its file is one JSON object: `{"sha256":"…","manifest":{…}}`. The checksum is that of
 * the text of the second member, so a changed byte of the file itself is noticed too.
 */

const count = z.number().int().min(0);
const base64 = z.string().refine((text) => decodeBase64(text) !== undefined, 'is not base64');

/** Paths that a data directory can have, and no others: what a manifest names is written. */
const dataFile = z
  .string()
  .regex(
    /^(?:(?:segments|ids)\/[0-9][0-9.-]*\.(?:segment|hashes|db|ids)|[a-z][a-z-]*\.(?:db|pem))$/,
    'is not a file of a data directory',
  );

const fileSchema = z.object({
  /** Its path below the data directory. */
  file: dataFile,
  /** Where its copy is, below the directory of backups. */
  stored: z
    .string()
    .regex(
      /^(?:sealed|\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)\/[0-9a-z][0-9a-z.-]*$/,
      'is not a file of a backup',
    ),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256'),
});

const logSchema = z.object({
  organisation: z.string(),
  size: count,
  /** In base64, as in a checkpoint. */
  root: base64,
});

const manifestSchema = z.object({
  backupVersion: z.literal(1),
  /** The version of Annals that wrote it. */
  annals: z.string(),
  /** RFC 3339. Everything acknowledged before is in the backup. */
  beganAt: z.string(),
  /** RFC 3339. Nothing recorded later is in it. */
  takenAt: z.string(),
  /** The id of the data directory, in hex. */
  installation: z.string().regex(/^[0-9a-f]{32}$/, 'is not an id'),
  files: z.array(fileSchema),
  logs: z.array(logSchema),
});

export type BackupManifest = z.output<typeof manifestSchema>;
export type BackupFile = z.output<typeof fileSchema>;
export type BackedUpLog = z.output<typeof logSchema>;

const beforeSum = '{"sha256":"';
const afterSum = '","manifest":';
const end = '}\n';
const sumLength = 64;

/** The text of the file. */
export function formatManifest(manifest: BackupManifest): string {
  const body = JSON.stringify(manifest, null, 1);
  return beforeSum + sumOf(body) + afterSum + body + end;
}

/** Throws `corrupt` when it is not what `formatManifest` has written, and `unavailable` for another version. */
export function parseBackupManifest(text: string, name: string): BackupManifest {
  const body = text.slice(beforeSum.length + sumLength + afterSum.length, -end.length);
  if (text !== beforeSum + sumOf(body) + afterSum + body + end) {
    throw new AnnalsError('corrupt', `${name} is damaged: its checksum is wrong`);
  }
  try {
    const value: unknown = JSON.parse(body);
    const { backupVersion } = value as { backupVersion?: unknown };
    if (backupVersion !== 1) {
      throw new AnnalsError(
        'unavailable',
        `Cannot read ${name}: it has version ${backupVersion}, which a newer version of Annals writes`,
      );
    }
    return manifestSchema.parse(value);
  } catch (cause) {
    if (cause instanceof AnnalsError) throw cause;
    throw new AnnalsError('corrupt', `Cannot read ${name}: ${messageOf(cause)}`, { cause });
  }
}

function sumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
