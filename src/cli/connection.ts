import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { AnnalsEndpoint } from '../client/annals-api.ts';
import { AnnalsError, messageOf } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { readConfig } from './config.ts';

/** A server, and the key for it. */
export interface ConnectionFlags {
  readonly api?: string;
  readonly token?: string;
  readonly organisation?: string;
  readonly context?: string;
}

export const defaultApi = 'http://127.0.0.1:8420';

/** Adds the options under a heading of the help. They are the same for all commands that call a server. */
export function addConnectionOptions(command: Command, heading = 'Connection:'): Command {
  for (const [flags, description] of [
    ['--api <url>', `the server (ANNALS_API, default ${defaultApi})`],
    ['--token <key>', 'the API key (ANNALS_KEY)'],
    [
      '-O, --organisation <name>',
      'identity or slug (ANNALS_ORGANISATION, default: that of the key)',
    ],
    ['--ca-file <file>', 'PEM certificates to trust as well, of a private CA (ANNALS_CA_FILE)'],
    ['--context <name>', 'a saved context (ANNALS_CONTEXT, see annals context)'],
  ] as const) {
    command.addOption(new Option(flags, description).helpGroup(heading));
  }
  return command;
}

/** From flags, then the environment, then the saved context. Throws `invalid` when something is missing or wrong. */
export async function resolveConnection(
  flags: ConnectionFlags,
  context: CliContext,
): Promise<AnnalsEndpoint> {
  const { env } = context;
  const saved = await savedContext(flags.context ?? (env.ANNALS_CONTEXT || undefined), context);
  const api = flags.api ?? (env.ANNALS_API || undefined) ?? saved.api ?? defaultApi;
  const token = flags.token ?? (env.ANNALS_KEY || undefined) ?? saved.key;
  if (!isServerAddress(api)) {
    throw new AnnalsError(
      'invalid',
      `Cannot connect: ${api} is not an http or https address such as ${defaultApi}`,
    );
  }
  if (token === undefined) {
    throw new AnnalsError(
      'invalid',
      'Cannot connect: there is no API key. Give --token, set ANNALS_KEY, or save one with annals context set',
    );
  }
  // Such a text cannot be in a header, and the error of the HTTP client would repeat it.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new AnnalsError(
      'invalid',
      'Cannot connect: the API key has a space, a line break or another character that no key has',
    );
  }
  const organisation =
    flags.organisation ?? (env.ANNALS_ORGANISATION || undefined) ?? saved.organisation;
  return { api: api.replace(/\/+$/, ''), token, organisation };
}

export function isServerAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

/** What `--ca-file` or the environment names; undefined without either. Throws `invalid` for a file without a certificate. */
export async function readCaFile(
  flag: string | undefined,
  { env, cwd }: Pick<CliContext, 'env' | 'cwd'>,
): Promise<string | undefined> {
  const file = flag ?? (env.ANNALS_CA_FILE || undefined);
  if (file === undefined) return undefined;
  const reject = (reason: string) =>
    new AnnalsError('invalid', `Cannot use ${file} as --ca-file: ${reason}`);
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw reject(messageOf(error));
  });
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw reject('it has no certificate in PEM (-----BEGIN CERTIFICATE-----)');
}

async function savedContext(name: string | undefined, context: CliContext) {
  const config = await readConfig(context);
  const used = name ?? config.current;
  if (used === undefined) return {};
  const saved = Object.hasOwn(config.contexts, used) ? config.contexts[used] : undefined;
  if (saved !== undefined) return saved;
  const known = Object.keys(config.contexts).join(', ') || 'none';
  throw new AnnalsError(
    'invalid',
    `Cannot find the context ${used}: it is not saved (saved: ${known})`,
  );
}
