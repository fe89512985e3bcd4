import { type Command, Option } from 'commander';
import type { AnnalsEndpoint } from '../client/annals-api.ts';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { readConfig } from './config.ts';

/** A server and what it is asked with. */
export interface ConnectionFlags {
  readonly api?: string;
  readonly token?: string;
  readonly organisation?: string;
  readonly context?: string;
}

export const defaultApi = 'http://127.0.0.1:8420';

export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(new Option('--api <url>', `the server (ANNALS_API, default ${defaultApi})`))
    .addOption(new Option('--token <key>', 'the key to ask with (ANNALS_KEY)'))
    .addOption(
      new Option(
        '-O, --organisation <name>',
        'identity or slug (ANNALS_ORGANISATION; the key’s own)',
      ),
    )
    .addOption(
      new Option('--context <name>', 'a saved context (ANNALS_CONTEXT; see annals context)'),
    );
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
      `Cannot connect: ${api} is no http or https address such as ${defaultApi}`,
    );
  }
  if (token === undefined) {
    throw new AnnalsError(
      'invalid',
      'Cannot connect: there is no key. Give --token, set ANNALS_KEY, or save one with annals context set',
    );
  }
  // A header cannot carry it, and the refusal to send it would repeat it.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new AnnalsError(
      'invalid',
      'Cannot connect: the key holds a space, a line break or another character no key has',
    );
  }
  const organisation =
    flags.organisation ?? (env.ANNALS_ORGANISATION || undefined) ?? saved.organisation;
  return { api: api.replace(/\/+$/, ''), token, organisation };
}

export function isServerAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

async function savedContext(name: string | undefined, context: CliContext) {
  const config = await readConfig(context);
  const wanted = name ?? config.current;
  if (wanted === undefined) return {};
  const saved = Object.hasOwn(config.contexts, wanted) ? config.contexts[wanted] : undefined;
  if (saved !== undefined) return saved;
  const known = Object.keys(config.contexts).join(', ') || 'none';
  throw new AnnalsError('invalid', `There is no context ${wanted}; saved ones: ${known}`);
}
