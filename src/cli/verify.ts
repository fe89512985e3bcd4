import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { AnnalsError } from '../core/errors.ts';
import { nativeProofs } from '../dialects/native/proofs.ts';
import { nodeDisk } from '../export/disk.ts';
import { findExports } from '../export/verify/find-exports.ts';
import { readCheckpoint, type Trust } from '../export/verify/trust.ts';
import { verifyEventProof } from '../export/verify/verify-event-proof.ts';
import { verifyExport } from '../export/verify/verify-export.ts';
import { verifyServer } from '../export/verify/verify-server.ts';
import { eventProofSuffix } from '../integrity/event-proof.ts';
import { type KnownKey, parseKnownKey, uniqueKeys } from '../integrity/known-key.ts';
import { writeFileAtomically } from '../runtime/write-file-atomically.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { clientDependencies } from './export-job.ts';
import { fileProblem } from './file-problem.ts';
import { formatCount } from './quantities.ts';
import { openStatusLine } from './status-line.ts';
import { jsonLine, printable, showsStyles, writeStyled } from './terminal-text.ts';
import {
  eventReportJson,
  eventReportLines,
  exportReportJson,
  exportReportLines,
  type ReportLine,
  serverReportJson,
  serverReportLines,
} from './verify-report.ts';

interface VerifyFlags extends ConnectionFlags {
  readonly checkpoint?: string;
  readonly key?: readonly string[];
  readonly server?: boolean;
  readonly save?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `annals verify`: whether exported events are those of the log, complete and in order; or whether a log has only grown. */
export function verifyCommand(context: CliContext): Command {
  const command = new Command('verify')
    .argument(
      '[file...]',
      'an exported file, a manifest, a directory with manifests, or the proof of an event',
    )
    .option(
      '--key <key>',
      'the verifier key of the log, or a file with such keys; may be repeated',
      collect,
    )
    .option('--checkpoint <file>', 'a checkpoint from elsewhere, as a file or as text')
    .option('--server', 'check a server in place of files')
    .option('--save <file>', 'with --server: save its newest checkpoint, once it is proved')
    .option('--json', 'print a line of JSON')
    .option('--quiet', 'show no progress')
    .addHelpText(
      'after',
      `
Files are checked without a network. Their manifest and proof must be beside
them; for one file the whole export is checked. A file *.event-proof.json, which
the console gives, has one event with its proof. The log's key must be trusted:
give it with --key, or a checkpoint that it signed with --checkpoint. A key that
was replaced is followed by a space and the size of the log up to which it is
valid.

Exit codes: 0 everything was proved, 1 something is wrong or not proved, 2 wrong
usage, 4 not allowed.

Examples:
  $ annals verify audit-logs-2026-06.json --key 'audit.example.org+5f8a1c02+AX…'
  $ annals verify backup/ --key log.key --checkpoint acme.checkpoint --json
  $ annals verify --server --key log.key --save acme.checkpoint
  $ annals verify --server --checkpoint acme.checkpoint --save acme.checkpoint`,
    )
    .action((files: string[], flags: VerifyFlags) => verify(files, flags, context));
  return addConnectionOptions(command);
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

async function verify(
  files: readonly string[],
  flags: VerifyFlags,
  context: CliContext,
): Promise<void> {
  const server = flags.server === true;
  if (server === files.length > 0) {
    throw new AnnalsError('invalid', 'Cannot verify: give either files or --server');
  }
  if (flags.save !== undefined && !server) {
    throw new AnnalsError('invalid', 'Cannot use --save without --server');
  }
  const trust = await trustOf(flags, context);
  const proved = server
    ? await verifyLive(flags, trust, context)
    : await verifyFiles(files, flags, trust, context);
  if (!proved) throw new Exit(exitCodes.failed);
}

async function verifyFiles(
  paths: readonly string[],
  flags: VerifyFlags,
  trust: Trust,
  context: CliContext,
): Promise<boolean> {
  const { stdout, signal, cwd } = context;
  const status = openStatusLine(context.stderr, context.clock, flags.quiet === true);
  const reports = [];
  const isEvent = (path: string) => path.endsWith(eventProofSuffix);
  const events = [];
  for (const path of paths.filter(isEvent)) {
    const text = await readArgumentFile(path, cwd, 'the proof');
    const report = verifyEventProof(resolve(cwd, path), text, trust);
    events.push(report);
    if (flags.json !== true) printReport(eventReportLines(report), context);
  }
  const exported = paths.filter((path) => !isEvent(path));
  for (const found of await findExports(exported, cwd, nodeDisk)) {
    const report = await verifyExport(found, trust, {
      disk: nodeDisk,
      signal,
      onProgress: (file, events) =>
        status.show(() => `${formatCount(events)} events of ${printable(file)}`),
    });
    status.end();
    reports.push(report);
    if (flags.json !== true) printReport(exportReportLines(report), context);
  }
  const proved = [...reports, ...events].every((report) => report.proved);
  if (flags.json === true) {
    stdout.write(
      jsonLine({
        proved,
        exports: reports.map(exportReportJson),
        ...(events.length > 0 && { events: events.map(eventReportJson) }),
      }),
    );
  }
  return proved;
}

async function verifyLive(flags: VerifyFlags, trust: Trust, context: CliContext): Promise<boolean> {
  const { stdout, stderr, signal, cwd } = context;
  const connection = await resolveConnection(flags, context);
  const note = (text: string) => {
    if (flags.quiet !== true) stderr.write(`${text}\n`);
  };
  const server = nativeProofs(clientDependencies({ retries: 2 }, {}, context, note), connection);
  const report = await verifyServer(server, trust, signal);
  if (report.proved && flags.save !== undefined) {
    await writeFileAtomically(resolve(cwd, flags.save), report.message, { mode: 0o666 });
  }
  if (flags.json === true) stdout.write(jsonLine(serverReportJson(report)));
  else printReport(serverReportLines(report, flags.save), context);
  return report.proved;
}

function printReport(lines: readonly ReportLine[], { stdout, env }: CliContext): void {
  const hasStyles = showsStyles(stdout, env);
  for (const line of lines) {
    if (typeof line === 'string') stdout.write(line);
    else writeStyled(stdout, line.text, hasStyles ? line.style : undefined);
    stdout.write('\n');
  }
}

async function trustOf({ key, checkpoint }: VerifyFlags, { cwd }: CliContext): Promise<Trust> {
  const found = await Promise.all((key ?? []).map((text) => keysIn(text, cwd)));
  const keys = uniqueKeys(found.flat());
  if (checkpoint === undefined) return { keys };
  const isText = checkpoint.includes('\n');
  const message = isText ? checkpoint : await readArgumentFile(checkpoint, cwd, 'the checkpoint');
  readCheckpoint(message);
  const name = isText ? 'the checkpoint given' : checkpoint;
  return { keys, checkpoint: { name, message } };
}

/** A verifier key, with a size if it was replaced; or the keys in the file of that name, one in each line. */
async function keysIn(text: string, cwd: string): Promise<KnownKey[]> {
  if (/^[^+/\\]+\+[0-9a-f]{8}\+/.test(text)) return [parseKnownKey(text.trim())];
  const lines = (await readArgumentFile(text, cwd, 'the key'))
    .split('\n')
    .map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0)
    throw new AnnalsError('invalid', `Cannot use ${text}: there is no key in it`);
  return keys.map(parseKnownKey);
}

async function readArgumentFile(path: string, cwd: string, what: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (cause) {
    throw new AnnalsError('invalid', `Cannot read ${what} ${path}: ${fileProblem(cause)}`, {
      cause,
    });
  }
}
