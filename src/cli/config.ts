import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AnnalsError } from '../core/errors.ts';
import { createDirectory } from '../runtime/create-directory.ts';
import { writeFileAtomically } from '../runtime/write-file-atomically.ts';
import type { CliContext } from './cli-context.ts';
import type { Config } from './config-schema.ts';

/** `~/.config/annals/config.json`, or below `XDG_CONFIG_HOME`. */
export function configFile({ env, home }: Pick<CliContext, 'env' | 'home'>): string {
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'annals', 'config.json');
}

/** The saved contexts; none when there is no file. Throws `invalid` when it cannot be read. */
export async function readConfig(context: Pick<CliContext, 'env' | 'home'>): Promise<Config> {
  const file = configFile(context);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { contexts: {} };
    throw new AnnalsError(
      'invalid',
      `Cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`,
    );
  }
  // Most users have no such file. An export then needs no schema, and not the memory that zod takes.
  const { configSchema } = await import('./config-schema.ts');
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AnnalsError(
      'invalid',
      `Cannot read ${file}: it is not in the form that annals context writes`,
      {
        cause,
      },
    );
  }
}

/** Replaces the file atomically. Only its owner can read it, because it has keys. */
export async function writeConfig(
  context: Pick<CliContext, 'env' | 'home'>,
  config: Config,
): Promise<void> {
  const file = configFile(context);
  createDirectory(dirname(file));
  await writeFileAtomically(file, `${JSON.stringify(config, null, 2)}\n`);
}
