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

/** `annals serve`: runs until SIGINT or SIGTERM, then finishes what was accepted and leaves with 0. */
export function serveCommand(context: CliContext): Command {
  const command = new Command('serve').description('run a server');
  for (const name of settingNames) {
    const { description } = settingsSchema.shape[name];
    const option = command.createOption(
      `--${settingFlag(name)} <value>`,
      `${description} (${settingVariable(name)}${defaultOf(name)})`,
    );
    if (listSettings.has(name)) option.argParser(commaJoined);
    command.addOption(option);
  }
  return command
    .addHelpText(
      'after',
      `
The first start makes the data directory and prints the operator's key, which makes organisations and keys.
It also makes the key that signs checkpoints, signing-key.pem. To replace that key, move the file aside and start again,
or give another with --signing-key: what the old one signed stays verifiable.
Logs go to stderr, a JSON object a line.

Examples:
  $ annals serve
  $ annals serve --data /var/lib/annals --host 0.0.0.0 --port 8420 --log-level warn
  $ ANNALS_OPERATOR_KEY=annals_… annals serve`,
    )
    .action((flags: Partial<Record<SettingName, string>>) => serve(flags, context));
}

/** The default as the help shows it: where it is one word. */
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
  // The data directory holds secrets: what the server makes is for its own user alone.
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
