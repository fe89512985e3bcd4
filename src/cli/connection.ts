import { type Command, Option } from 'commander';
import type { AnnalsEndpoint } from '../client/annals-api.ts';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { readConfig } from './config.ts';
import { readSecretFile, secretOptions } from './secrets.ts';
import { complain } from './terminal-text.ts';

/** A server, and the key for it. */
export interface ConnectionFlags {
  readonly api?: string;
  readonly token?: string;
  readonly organisation?: string;
  readonly context?: string;
}

const defaultApi = 'http://127.0.0.1:8420';

/** Adds the options under a heading of the help. They are the same for all commands that call a server. */
export function addConnectionOptions(command: Command, heading = 'Connection:'): Command {
  for (const [flags, description] of [
    ['--api <url>', `the server (ANNALS_API, default ${defaultApi})`],
    [
      '-O, --organisation <name>',
      'identity or slug (ANNALS_ORGANISATION, default: that of the key)',
    ],
    ['--ca-file <file>', 'PEM certificates to trust as well, of a private CA (ANNALS_CA_FILE)'],
    ['--client-cert <file>', 'PEM certificate for a server that asks for one (ANNALS_CLIENT_CERT)'],
    ['--client-key <file>', 'its private key, if it is in another file (ANNALS_CLIENT_KEY)'],
    ['--context <context>', 'a saved context (ANNALS_CONTEXT, see annals context)'],
  ] as const) {
    command.addOption(new Option(flags, description).helpGroup(heading));
  }
  for (const option of secretOptions('--token', 'the API key (ANNALS_KEY_FILE, ANNALS_KEY)')) {
    command.addOption(option.helpGroup(heading));
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
  checkAddress(api, 'connect');
  const token = flags.token ?? (await keyOfEnvironment(context)) ?? saved.key;
  if (token === undefined) {
    throw new AnnalsError(
      'invalid',
      'Cannot connect: there is no API key. Give --token-file, set ANNALS_KEY_FILE or ANNALS_KEY, or save one with annals context set',
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
  warnOfExposure(api, context);
  return { api: api.replace(/\/+$/, ''), token, organisation };
}

async function keyOfEnvironment(context: CliContext): Promise<string | undefined> {
  const { ANNALS_KEY: key = '', ANNALS_KEY_FILE: file = '' } = context.env;
  if (file === '') return key || undefined;
  if (key === '') return readSecretFile(file, 'the API key', context);
  throw new AnnalsError('invalid', 'Cannot connect: ANNALS_KEY and ANNALS_KEY_FILE are both set');
}

/**
 * Throws `invalid` unless it is an HTTP address without a password, which would be in messages and manifests.
 *
 * @param purpose completes the sentence "Cannot …"
 */
export function checkAddress(text: string, purpose: string): void {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (url !== null && url.username === '' && url.password === '') return;
  throw new AnnalsError(
    'invalid',
    url === null
      ? `Cannot ${purpose}: ${text} is not an http or https address such as ${defaultApi}`
      : `Cannot ${purpose}: the address of ${url.host} has a user name or a password. Leave them out, and give the secret in a file`,
  );
}

/** Warns when a credential would leave the machine in the clear. */
export function warnOfExposure(
  address: string,
  context: Pick<CliContext, 'stderr' | 'env' | 'fetch'>,
): void {
  const { protocol, hostname, host } = new URL(address);
  const isLocal = /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
  if (protocol === 'https:' || isLocal || context.fetch !== undefined) return;
  complain(context, `the credential goes to ${host} unencrypted: use https`);
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
