import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { Command, Option } from 'commander';
import { readSettings } from '../server/settings.ts';
import { version } from '../server/version.ts';
import type { CliContext } from './cli-context.ts';
import { retentionDryRun } from './retention-dry-run.ts';
import { addSettingOptions, type SettingFlags, settingsOf } from './setting-flags.ts';

type ServeFlags = SettingFlags & { readonly dryRun?: boolean };

/** `annals serve`: runs until SIGINT or SIGTERM, then records what was accepted, and exits with 0. */
export function serveCommand(context: CliContext): Command {
  return addSettingOptions(new Command('serve'))
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

async function serve(flags: SettingFlags, context: CliContext): Promise<void> {
  const settings = await settingsOf(flags, context);
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
