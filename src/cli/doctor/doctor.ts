import { resolve } from 'node:path';
import { Command } from 'commander';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { SettingName, Settings } from '../../server/settings.ts';
import { type CliContext, Exit, exitCodes } from '../cli-context.ts';
import { counted } from '../quantities.ts';
import { addSettingOptions, type SettingFlags, settingsOf } from '../setting-flags.ts';
import {
  columnsOf,
  jsonLine,
  printable,
  type Style,
  showsStyles,
  wrapWords,
  writeStyled,
} from '../terminal-text.ts';
import { checkAnchors, checkWitnesses } from './anchors.ts';
import { checkClock, momentOf } from './clock.ts';
import { checkDisk } from './disk.ts';
import { type DoctorCheck, type Finding, type FindingStatus, findingsOf } from './finding.ts';
import { checkKeys } from './keys.ts';
import { checkLimits } from './limits.ts';
import { checkPermissions } from './permissions.ts';
import { checkConfig, checkNode, checkSettings } from './program.ts';
import { checkServer, checkTls } from './server.ts';

type DoctorFlags = SettingFlags & { readonly json?: boolean };

/** The settings that a check looks at. The others are taken too, so that the flags of a server can be given as they are. */
const shownSettings: ReadonlySet<SettingName> = new Set<SettingName>([
  'data',
  'host',
  'port',
  'tlsCert',
  'tlsKey',
  'tlsClientCa',
  'metricsAddress',
  'name',
  'signingKey',
  'anchor',
  'witness',
  'maxBodiesBytes',
]);

/** `annals doctor`: what is wrong, or soon will be, with a server and with what it stands on. */
export function doctorCommand(context: CliContext): Command {
  return addSettingOptions(new Command('doctor'), (name) => shownSettings.has(name))
    .option('--json', 'print a line of JSON for each finding')
    .addHelpText(
      'after',
      `
Looks at the clock, the disk, limits of the process, permissions, keys, anchors
and witnesses, TLS, and the server, whether it runs or not. It takes the flags
and variables of annals serve: run it as the user of the server, with the same
environment. It changes nothing; an anchor with a URL gets the newest
checkpoint of the server's own log once more.

Exit codes: 0 no problem (there may be warnings), 1 a problem, 2 wrong usage.

Examples:
  $ annals doctor
  $ annals doctor --data /var/lib/annals --anchor https://anchor.example.com
  $ annals doctor --json | jq 'select(.status != "ok")'`,
    )
    .action((flags: DoctorFlags) => doctor(flags, context));
}

async function doctor({ json, ...flags }: DoctorFlags, context: CliContext): Promise<void> {
  const found = { ok: 0, warning: 0, problem: 0 };
  for await (const finding of findings(flags, context)) {
    found[finding.status] += 1;
    if (json === true) context.stdout.write(jsonLine(finding));
    else print(finding, context);
  }
  if (found.problem === 0) return;
  const warnings = found.warning === 0 ? '' : `, ${counted(found.warning, 'warning')}`;
  throw new Exit(exitCodes.failed, `${counted(found.problem, 'problem')}${warnings}`);
}

async function* findings(flags: SettingFlags, context: CliContext): AsyncIterable<Finding> {
  const began = momentOf(context.clock);
  yield* checkNode();
  let settings: Settings;
  try {
    settings = await settingsOf(flags, context);
  } catch (error) {
    if (!(error instanceof AnnalsError)) throw error;
    // The sentence of a server that does not start with them.
    yield findingsOf('settings').problem(error.message, 'Correct it: nothing else was looked at');
    return;
  }
  const subject = { settings, data: resolve(context.cwd, settings.data), context, clocks: [] };
  const checks: Readonly<Record<string, readonly DoctorCheck[]>> = {
    settings: [checkSettings],
    config: [checkConfig],
    disk: [checkDisk],
    limits: [checkLimits],
    permissions: [checkPermissions],
    keys: [checkKeys],
    tls: [checkTls],
    server: [checkServer],
    anchors: [checkAnchors],
    witnesses: [checkWitnesses],
    // After the anchors, which say what time it is elsewhere.
    clock: [checkClock(began)],
  };
  for (const [name, ofName] of Object.entries(checks)) {
    for (const check of ofName) {
      try {
        for await (const finding of check(subject)) yield finding;
      } catch (error) {
        context.signal.throwIfAborted();
        yield findingsOf(name).problem(
          messageOf(error),
          'Correct it, or run annals doctor as the user of the server',
        );
      }
    }
  }
}

const styles: Readonly<Record<FindingStatus, Style>> = {
  ok: 'good',
  warning: 'warning',
  problem: 'bad',
};

function print({ check, status, message, help }: Finding, { stdout, env }: CliContext): void {
  writeStyled(stdout, status.padEnd(8), showsStyles(stdout, env) ? styles[status] : undefined);
  const text = printable(help === undefined ? message : `${message}. ${help}`);
  const indent = 21;
  const columns = columnsOf(stdout);
  // Elsewhere a finding is one line, for grep.
  const lines = columns === undefined ? [text] : wrapWords(text, Math.max(30, columns - indent));
  stdout.write(` ${check.padEnd(11)} ${lines.join(`\n${' '.repeat(indent)}`)}\n`);
}
