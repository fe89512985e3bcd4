import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export interface Ownership {
  /** User and group, by default 0. */
  readonly owner?: number;
  /** As of `chmod`. */
  readonly mode?: string;
}

/**
 * Writes a tar archive of what is in a directory, with the same bytes whoever writes it and whenever: names are sorted,
 * and time, owner and umask leave no trace.
 */
export function writeTar(
  directory: string,
  entries: readonly string[],
  file: string,
  { owner = 0, mode = 'u=rwX,go=rX' }: Ownership = {},
): void {
  const reproducible = [
    ...['--format=ustar', '--sort=name', '--mtime=@0', '--numeric-owner'],
    ...[`--owner=${owner}`, `--group=${owner}`, `--mode=${mode}`],
  ];
  const place = [`--file=${file}`, `--directory=${directory}`];
  execFileSync('tar', ['--create', ...place, ...reproducible, ...entries]);
}

/** By the zlib of our Node, so that it does not depend on the machine's gzip. */
export async function compress(file: string, compressed: string): Promise<void> {
  await pipeline(createReadStream(file), createGzip(), createWriteStream(compressed));
}
