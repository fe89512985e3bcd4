import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import {
  listSettings,
  readSettings,
  type SettingName,
  settingFlag,
  settingNames,
  settingsSchema,
  settingVariable,
} from '../server/settings.ts';
import { version } from '../server/version.ts';
import type { CliContext } from './cli-context.ts';
import { completionValues } from './completion-values.ts';
import { retentionDryRun } from './retention-dry-run.ts';
import { readSecretFile, secretOptions } from './secrets.ts';

/** Of each setting: the heading of the help under which its flag is, and what its value is called there. */
const flagHelp: Readonly<Record<SettingName, readonly [heading: string, value: string]>> = {
  data: ['Server:', 'directory'],
  host: ['Server:', 'address'],
  port: ['Server:', 'port'],
  tlsCert: ['Server:', 'file'],
  tlsKey: ['Server:', 'file'],
  tlsClientCa: ['Server:', 'file'],
  trustedProxy: ['Server:', 'address'],
  metricsAddress: ['Server:', 'address'],
  logLevel: ['Server:', 'level'],
  logFormat: ['Server:', 'format'],
  operatorKey: ['Server:', 'key'],
  name: ['Checkpoints:', 'name'],
  signingKey: ['Checkpoints:', 'file'],
  checkpointSeconds: ['Checkpoints:', 'n'],
  anchor: ['Checkpoints:', 'target'],
  witness: ['Checkpoints:', 'key'],
  maxBodyBytes: ['Limits:', 'n'],
  maxBatchEvents: ['Limits:', 'n'],
  maxBodiesBytes: ['Limits:', 'n'],
  maxKeyBodiesBytes: ['Limits:', 'n'],
  maxKeyRequests: ['Limits:', 'n'],
  keyEventsPerSecond: ['Limits:', 'n'],
  organisationEventsPerSecond: ['Limits:', 'n'],
  keyBytesPerDay: ['Limits:', 'n'],
  organisationBytesPerDay: ['Limits:', 'n'],
  requestSeconds: ['Limits:', 'n'],
  exportSeconds: ['Limits:', 'n'],
  dialects: ['Dialects:', 'list'],
  cockroachdbRequestsPerSecond: ['Dialects:', 'n'],
  cockroachdbStartingFrom: ['Dialects:', 'rule'],
  cockroachdbPayload: ['Dialects:', 'form'],
  retention: ['Store:', 'span'],
  unrecordedReads: ['Store:', 'rule'],
  maxClockJump: ['Store:', 'span'],
  acceptClock: ['Store:', 'day'],
  readers: ['Store:', 'n'],
  segmentEvents: ['Store:', 'n'],
  acceptLoss: ['Store:', 'database'],
};

type ServeFlags = Partial<Record<SettingName, string>> & { readonly dryRun?: boolean };

/** `annals serve`: runs until SIGINT or SIGTERM, then records what was accepted, and exits with 0. */
export function serveCommand(context: CliContext): Command {
  const command = new Command('serve');
  for (const name of settingNames) {
    const { description } = settingsSchema.shape[name];
    const [heading, value] = flagHelp[name];
    if (name === 'operatorKey') {
      const variables = `${settingVariable(name)}_FILE, ${settingVariable(name)}`;
      for (const option of secretOptions('--operator-key', `${description} (${variables})`)) {
        command.addOption(option.helpGroup(heading));
      }
      continue;
    }
    const option = command
      .createOption(
        `--${settingFlag(name)} <${value}>`,
        `${description} (${settingVariable(name)}${defaultOf(name)})`,
      )
      .helpGroup(heading);
    if (listSettings.has(name)) option.argParser(commaJoined);
    const words = wordsOf(name);
    if (words !== undefined) completionValues.set(option, words);
    command.addOption(option);
  }
  return command
    .addOption(
      new Option(
        '--dry-run',
        'with --retention: say what would be dropped now, and start no server',
      ).helpGroup('Store:'),
    )
    .addHelpText(
      'after',
      `
The first start creates the data directory and in it operator-key, a file with
the operator's key: with it you create organisations and their API keys. Move
it to a safe place. It also creates signing-key.pem, the key that signs
checkpoints. To replace that key, move the file away and start again, or name
another with --signing-key. What the old key signed can still be verified. Logs
go to stderr: lines for people on a terminal, one JSON object a line elsewhere.

Examples:
  $ annals serve
  $ annals serve --data /var/lib/annals --host 0.0.0.0 --log-level warn
  $ annals serve --operator-key-file /run/secrets/operator-key
  $ annals serve --host 0.0.0.0 --tls-cert fullchain.pem --tls-key privkey.pem
  $ annals serve --retention 400d --dry-run`,
    )
    .action(({ dryRun, ...flags }: ServeFlags) =>
      dryRun === true
        ? retentionDryRun(readSettings(flags, context.env), context)
        : serve(flags, context),
    );
}

/** The default in the help, if it is a single value. */
function defaultOf(name: SettingName): string {
  const { data } = settingsSchema.shape[name].safeParse(undefined);
  return typeof data === 'string' || typeof data === 'number' ? `, default ${data}` : '';
}

/** The values of a setting that has only a few. */
function wordsOf(name: SettingName): readonly string[] | undefined {
  const schema: z.ZodType = settingsSchema.shape[name];
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}

function commaJoined(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}

async function operatorKeyOfFile(context: CliContext): Promise<string | undefined> {
  const { ANNALS_OPERATOR_KEY_FILE: file = '', ANNALS_OPERATOR_KEY: key = '' } = context.env;
  if (file === '') return undefined;
  if (key === '') return readSecretFile(file, 'the operator’s key', context);
  throw new AnnalsError(
    'invalid',
    'Cannot start: ANNALS_OPERATOR_KEY and ANNALS_OPERATOR_KEY_FILE are both set',
  );
}

async function serve(
  flags: Partial<Record<SettingName, string>>,
  context: CliContext,
): Promise<void> {
  const operatorKey = flags.operatorKey ?? (await operatorKeyOfFile(context));
  const given = { ...flags, ...(operatorKey !== undefined && { operatorKey }) };
  const settings = readSettings(given, context.env);
  // The data directory has secrets: only the server's own user may read the files that it creates.
  process.umask(0o077);
  // Only here: the help, and completion, need no server.
  const [{ createServerLog }, { startServer }] = await Promise.all([
    import('./server-log.ts'),
    import('../server/server.ts'),
  ]);
  const log = createServerLog(context, settings);
  const server = await startServer(settings, {
    clock: context.clock,
    random: context.random,
    log,
  });
  context.onHangup?.(() => void server.reload());
  const { stdout } = context;
  stdout.write(
    `Annals ${version} listens on ${server.url} and keeps its data in ${settings.data}\n`,
  );
  if (server.metricsUrl !== undefined) stdout.write(`Its metrics are at ${server.metricsUrl}\n`);
  stdout.write(`Its checkpoints are verified by: ${server.verifierKey}\n`);
  if (server.createdOperatorKey !== undefined) {
    const { key, file } = server.createdOperatorKey;
    stdout.write(`The operator's key is in ${file}\n`);
    // Other outputs may be journals: they keep a key for ever, and many people read them.
    if ((stdout as Partial<WriteStream>).isTTY === true) stdout.write(`  ${key}\n`);
  }
  if (context.env.NOTIFY_SOCKET) {
    const { notifyReady } = await import('./service-manager.ts');
    await notifyReady(context);
  }
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await server.stop();
}
