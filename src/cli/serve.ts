import { once } from 'node:events';
import { Command } from 'commander';
import { pino } from 'pino';
import { startServer } from '../server/server.ts';
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

/** Of each setting: the heading of the help under which its flag is, and what its value is called there. */
const flagHelp: Readonly<Record<SettingName, readonly [heading: string, value: string]>> = {
  data: ['Server:', 'directory'],
  host: ['Server:', 'address'],
  port: ['Server:', 'port'],
  logLevel: ['Server:', 'level'],
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
  requestSeconds: ['Limits:', 'n'],
  exportSeconds: ['Limits:', 'n'],
  dialects: ['Dialects:', 'list'],
  cockroachdbRequestsPerSecond: ['Dialects:', 'n'],
  cockroachdbStartingFrom: ['Dialects:', 'rule'],
  cockroachdbPayload: ['Dialects:', 'form'],
  retention: ['Store:', 'span'],
  maxClockJump: ['Store:', 'span'],
  acceptClock: ['Store:', 'day'],
  readers: ['Store:', 'n'],
  segmentEvents: ['Store:', 'n'],
  acceptLoss: ['Store:', 'database'],
};

/** `annals serve`: runs until SIGINT or SIGTERM, then records what was accepted, and exits with 0. */
export function serveCommand(context: CliContext): Command {
  const command = new Command('serve').description('run a server');
  for (const name of settingNames) {
    const { description } = settingsSchema.shape[name];
    const [heading, value] = flagHelp[name];
    const option = command
      .createOption(
        `--${settingFlag(name)} <${value}>`,
        `${description} (${settingVariable(name)}${defaultOf(name)})`,
      )
      .helpGroup(heading);
    if (listSettings.has(name)) option.argParser(commaJoined);
    command.addOption(option);
  }
  return command
    .addHelpText(
      'after',
      `
The first start creates the data directory and the operator's key, and prints
that key: with it you create organisations and their API keys. It also creates
signing-key.pem, the key that signs checkpoints. To replace that key, move the
file away and start again, or name another with --signing-key. What the old key
signed can still be verified. Logs go to stderr, one JSON object in each line.

Examples:
  $ annals serve
  $ annals serve --data /var/lib/annals --host 0.0.0.0 --log-level warn
  $ ANNALS_OPERATOR_KEY=annals_… annals serve`,
    )
    .action((flags: Partial<Record<SettingName, string>>) => serve(flags, context));
}

/** The default in the help, if it is a single value. */
function defaultOf(name: SettingName): string {
  const { data } = settingsSchema.shape[name].safeParse(undefined);
  return typeof data === 'string' || typeof data === 'number' ? `, default ${data}` : '';
}

function commaJoined(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}

async function serve(
  flags: Partial<Record<SettingName, string>>,
  context: CliContext,
): Promise<void> {
  const settings = readSettings(flags, context.env);
  // The data directory has secrets: only the server's own user may read the files that it creates.
  process.umask(0o077);
  const log = pino({ level: settings.logLevel }, context.stderr);
  const server = await startServer(settings, {
    clock: context.clock,
    random: context.random,
    log,
  });
  const { stdout } = context;
  stdout.write(
    `Annals ${version} listens on ${server.url} and keeps its data in ${settings.data}\n`,
  );
  stdout.write(`Its checkpoints are verified by: ${server.verifierKey}\n`);
  if (server.createdOperatorKey !== undefined) {
    stdout.write(`The operator's key, shown this once: ${server.createdOperatorKey}\n`);
  }
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await server.stop();
}
