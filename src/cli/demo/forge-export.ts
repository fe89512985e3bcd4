import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';

const before = 'usr-sam';
const after = 'usr-pam';

const lineSchema = z.object({ sequence: z.number(), action: z.string() });

export interface Forgery {
  /** Of the event that was changed. */
  readonly sequence: number;
  readonly before: string;
  readonly after: string;
}

/**
 * Changes one byte of the export `<name>.ndjson` in a directory: a secret that Sam read was read by another user. The
 * manifest gets the checksum of the changed file, because a forger can compute that as well as anybody.
 */
export async function forgeExport(directory: string, name: string): Promise<Forgery> {
  const file = join(directory, `${name}.ndjson`);
  const manifest = join(directory, `${name}.manifest.json`);
  const text = await readFile(file, 'utf8');
  const lines = text.split('\n');
  const isWanted = (line: string) => line.includes('"secrets.get_value"') && line.includes(before);
  const index = lines.findIndex(isWanted);
  if (index < 0) throw new AnnalsError('internal', `Cannot change ${file}: Sam read no secret`);
  const { sequence } = lineSchema.parse(JSON.parse(lines[index]!));
  lines[index] = lines[index]!.replace(before, after);
  const forged = lines.join('\n');
  await writeFile(file, forged);
  const described = await readFile(manifest, 'utf8');
  await writeFile(manifest, described.replace(sha256(text), sha256(forged)));
  return { sequence, before, after };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
