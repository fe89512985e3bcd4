import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { AnnalsError, messageOf, transientCodes } from '../core/errors.ts';
import { type Draft, ownService } from '../core/event.ts';
import { formatInstant, type Micros, millisecond } from '../core/micros.ts';
import { parseSince } from '../core/window.ts';
import { nodeDisk } from '../export/disk.ts';
import type { Entry } from '../export/stages.ts';
import { directoryTarget } from '../export/sync/directory-target.ts';
import { serverTarget } from '../export/sync/server-target.ts';
import { Sync, type SyncOutcome, type SyncSettings } from '../export/sync/sync.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';
import { defaultSleep } from './client-dependencies.ts';
import { resolveConnection } from './connection.ts';
import { addRequestOptions, type RequestFlags } from './export-flags.ts';
import { clientDependencies } from './export-job.ts';
import { importers } from './importers.ts';
import { toNativeDraft } from './native-draft.ts';
import { counted, formatCount } from './quantities.ts';
import { secretOptions } from './secrets.ts';
import { addSourceOptions, findTrail, type SourceFlags, type Trail } from './sources.ts';
import { openStatusLine, type StatusLine } from './status-line.ts';
import { jsonLine } from './terminal-text.ts';

interface SyncFlags extends SourceFlags, RequestFlags {
  readonly to: string;
  readonly toToken?: string;
  readonly toOrganisation?: string;
  readonly shape: 'raw' | 'native';
  readonly follow?: boolean;
  readonly every: Micros;
  readonly since: Micros;
  readonly lookback: Micros;
  readonly deepEvery: Micros;
  readonly deepLookback: Micros;
  readonly state?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const parseSpan = (text: string): Micros => {
  try {
    return parseSince(text);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
};

const spanOption = (flag: string, description: string, byDefault: string): Option =>
  new Option(flag, description).argParser(parseSpan).default(parseSpan(byDefault), byDefault);

/** `annals sync`: brings what is new in a trail into an Annals server or a directory, each event once. */
export function syncCommand(context: CliContext): Command {
  const command = new Command('sync')
    .requiredOption('--to <target>', 'the Annals server (http…), or the directory')
    .option('--to-organisation <name>', 'identity or slug on that server (ANNALS_ORGANISATION)')
    .addOption(
      new Option('--shape <shape>', 'objects in a directory: as the source sends them, or native')
        .choices(['raw', 'native'])
        .default('raw'),
    )
    .option('--follow', 'repeat until stopped')
    .addOption(spanOption('--every <span>', 'with --follow: the time between two passes', '1m'))
    .addOption(spanOption('--since <span>', 'how far back the first pass goes', '180d'))
    .addOption(spanOption('--lookback <span>', 'how far a pass overlaps the one before', '15m'))
    .addOption(
      spanOption('--deep-every <span>', 'how often a pass goes deeper, for late arrivals', '1d'),
    )
    .addOption(
      spanOption(
        '--deep-lookback <span>',
        'how far a deep pass overlaps the deep one before',
        '7d',
      ),
    )
    .option('--state <directory>', 'where to keep which events were brought')
    .option('--json', 'print the result of each pass as JSON')
    .option('--quiet', 'show no progress')
    .addHelpText(
      'after',
      `
Run it again and again, or with --follow. You may stop it at any time: the next
run continues from there.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 incomplete (run it again),
4 not allowed, 130 interrupted.

Examples:
  $ annals sync --source thalassa --to http://127.0.0.1:8420 --follow
  $ annals sync --source upcloud --to trail/ --since 30d
  $ annals sync --source cockroachdb --to https://annals.example.org \\
      --to-token-file annals.key --deep-every 12h`,
    )
    .action((flags: SyncFlags) => runSync(flags, context));
  for (const option of secretOptions(
    '--to-token',
    'the API key of the Annals server (ANNALS_KEY_FILE, ANNALS_KEY)',
  )) {
    command.addOption(option);
  }
  return addSourceOptions(addRequestOptions(command));
}

async function runSync(flags: SyncFlags, context: CliContext): Promise<void> {
  const { signal, clock, sleep = defaultSleep } = context;
  const status = openStatusLine(context.stderr, clock, flags.quiet === true);
  const settings = await settingsOf(flags, context, status);
  for (;;) {
    try {
      const outcome = await syncOnce(settings, context);
      report(outcome, flags, context, status);
    } catch (error) {
      if (signal.aborted && flags.follow === true) return;
      if (flags.follow !== true || !isTransient(error)) throw exitOf(error, signal);
      status.note(`${messageOf(error)}; next pass in ${flags.every / 1_000_000} s`);
    }
    if (flags.follow !== true) return;
    const stopped = await sleep(flags.every / millisecond, signal).then(
      () => false,
      () => true,
    );
    if (stopped) return;
  }
}

/** Brings everything until now: first the pass that an earlier run began, then a new one. */
async function syncOnce(
  settings: SyncSettings,
  { clock, signal }: CliContext,
): Promise<SyncOutcome> {
  const sync = await Sync.open(settings);
  try {
    let delivered = 0;
    let missed: SyncOutcome['missed'];
    for (;;) {
      const outcome = await sync.run(clock(), signal);
      delivered += outcome.delivered;
      missed ??= outcome.missed;
      if (!outcome.resumed) return { ...outcome, delivered, ...(missed && { missed }) };
    }
  } finally {
    await sync.close();
  }
}

async function settingsOf(
  flags: SyncFlags,
  context: CliContext,
  status: StatusLine,
): Promise<SyncSettings> {
  const trail = await findTrail(flags, context);
  const dependencies = clientDependencies(flags, trail, context, status.note);
  const disk = nodeDisk;
  const isServer = /^https?:\/\//.test(flags.to);
  const directory = resolve(context.cwd, flags.to);
  const fingerprint = createHash('sha256')
    .update(
      JSON.stringify([trail.origin, isServer ? [flags.to, flags.toOrganisation] : flags.shape]),
    )
    .digest('hex')
    .slice(0, 16);
  const { env, home, cwd } = context;
  const defaultState = isServer
    ? join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'annals', `sync-${fingerprint}`)
    : join(directory, `.annals-sync-${fingerprint}`);
  const draftOf = await loadDraftMapping(trail);
  const endpoint = isServer
    ? await resolveConnection(
        {
          api: flags.to,
          ...(flags.toToken !== undefined && { token: flags.toToken }),
          ...(flags.toOrganisation !== undefined && { organisation: flags.toOrganisation }),
        },
        context,
      )
    : undefined;
  const textOf = ({ text, ...rest }: Entry) =>
    flags.shape === 'native' ? JSON.stringify(draftOf({ text, ...rest })) : text;
  return {
    disk,
    directory: flags.state === undefined ? defaultState : resolve(cwd, flags.state),
    openTarget: (sizes) =>
      endpoint === undefined
        ? directoryTarget(disk, directory, sizes, textOf)
        : serverTarget(dependencies, endpoint, draftOf),
    openSource: (window) =>
      trail.open(dependencies, {
        window,
        filters: { includeSystemServices: true },
        toBecomeNative: true,
      }),
    // They are about the server that recorded them, and no key can record such an event.
    ...(isServer && { accepts: (entry: Entry) => !isOwnRecord(entry) }),
    since: context.clock() - flags.since,
    lookback: flags.lookback,
    deepLookback: flags.deepLookback,
    deepEvery: flags.deepEvery,
    onProgress: (delivered) => status.show(() => counted(delivered, 'new event')),
  };
}

/** Whether it is an own record of an Annals server. Few entries have the word at all, and only these are parsed. */
function isOwnRecord({ text }: Entry): boolean {
  if (!text.includes(`"${ownService}"`)) return false;
  const { context } = JSON.parse(text) as Partial<Draft>;
  return context?.system_service === ownService;
}

async function loadDraftMapping({ loadMapping }: Trail): Promise<(entry: Entry) => Draft> {
  const mapping = await loadMapping?.();
  return mapping === undefined
    ? ({ text }) => importers.native(text)
    : (entry) => toNativeDraft(mapping, entry);
}

function report(
  { delivered, pass, missed }: SyncOutcome,
  flags: SyncFlags,
  { stdout }: CliContext,
  status: StatusLine,
): void {
  const from = formatInstant(pass.from);
  const to = formatInstant(pass.to);
  if (flags.json === true) {
    stdout.write(jsonLine({ new: delivered, from, to, deep: pass.deep, missed }));
  } else if (delivered > 0 || flags.follow !== true) {
    status.note(`${counted(delivered, 'new event')} between ${from} and ${to}`);
  }
  if (missed === undefined) return;
  const which = `sequences ${formatCount(missed.from)} to ${formatCount(missed.to - 1)}`;
  const message = `the server dropped ${which} before they were brought; they are lost for this target`;
  if (flags.follow !== true) throw new Exit(exitCodes.incomplete, message);
  status.note(message);
}

function isTransient(error: unknown): error is AnnalsError {
  return error instanceof AnnalsError && transientCodes.has(error.code);
}

function exitOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted)
    return new Exit(exitCodes.interrupted, 'interrupted; run it again to continue');
  if (!isTransient(error)) return error;
  return new Exit(exitCodes.incomplete, `${error.message}\nRun it again to continue`, error);
}
