import { Command, Option } from 'commander';
import type { AnnalsApi } from '../client/annals-api.ts';
import { checkReceipt, type ReceivedReceipt, receiptSchema } from '../client/receipt.ts';
import { type RetrySettings, retry } from '../client/retry.ts';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';
import { openApi, retrySettings } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { checkReadable, type ImportedDraft, readImportedDrafts } from './import-drafts.ts';
import { type ImportKind, importers } from './importers.ts';
import { counted, formatCount } from './quantities.ts';
import { openStatusLine } from './status-line.ts';
import { jsonLine } from './terminal-text.ts';

interface ImportFlags extends ConnectionFlags {
  readonly from: ImportKind;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The result of an import, printed with `--json`. */
interface Total {
  readonly files: number;
  events: number;
  added: number;
  duplicates: number;
  leftOut: number;
}

const maxBatchEvents = 1_000;
const maxBatchBytes = 8 * 1024 * 1024;

export function importCommand(context: CliContext): Command {
  const command = new Command('import')
    .argument(
      '<file...>',
      'a JSON array, tcloud’s envelope, NDJSON or CSV; plain, gzip or zstd; - is stdin',
    )
    .addOption(
      new Option('--from <kind>', 'what is in the files')
        .choices(Object.keys(importers))
        .default('native'),
    )
    .option('--json', 'print a line of JSON')
    .option('--quiet', 'show no progress')
    .addHelpText(
      'after',
      `
An event is recognised by its id, so a second import adds nothing. An event
without an id gets one computed from its content. The server sets sequence and
recordedAt.

Examples:
  $ annals import audit-logs-2026-06-01.json
  $ annals import --from cloudtrail trail/*.json.gz
  $ zstdcat old.ndjson.zst | annals import -`,
    )
    .action((files: string[], flags: ImportFlags) => importFiles(files, flags, context));
  return addConnectionOptions(command);
}

async function importFiles(
  files: readonly string[],
  flags: ImportFlags,
  context: CliContext,
): Promise<void> {
  const api = openApi(await resolveConnection(flags, context), context);
  for (const file of files) await checkReadable(file, context);
  const status = openStatusLine(context.stderr, context.clock, flags.quiet === true);
  const retrying = retrySettings(context, status.note);
  const total: Total = { files: files.length, events: 0, added: 0, duplicates: 0, leftOut: 0 };
  const addReceipt = ({ accepted, duplicates }: ReceivedReceipt) => {
    total.events += accepted + duplicates;
    total.added += accepted;
    total.duplicates += duplicates;
  };
  const leaveOut = () => {
    total.leftOut += 1;
  };
  try {
    for await (const batch of batches(readImportedDrafts(files, flags.from, context, leaveOut))) {
      await sendBatch(api, batch, retrying, context.signal, addReceipt);
      status.show(() => `${counted(total.events, 'event')} sent`);
    }
  } catch (error) {
    throw context.signal.aborted ? error : withRecorded(error, total);
  } finally {
    status.end();
  }
  context.stdout.write(flags.json ? jsonLine(total) : `${summary(total)}\n`);
}

/** The error, and what is known to be recorded. */
function withRecorded(error: unknown, { events, added, duplicates }: Total): unknown {
  const recorded =
    events === 0
      ? 'The server has acknowledged nothing of this import'
      : `The server has acknowledged ${counted(events, 'event')} before that: ${formatCount(added)} added, ${formatCount(duplicates)} there already`;
  const message = `${messageOf(error)}\n${recorded}`;
  if (error instanceof Exit) return new Exit(error.code, message, error);
  if (error instanceof AnnalsError) return new AnnalsError(error.code, message, { cause: error });
  return error;
}

function summary({ files, events, added, duplicates, leftOut }: Total): string {
  const sent = `${counted(events, 'event')} from ${counted(files, 'file')}`;
  const own = leftOut === 0 ? '' : `; ${counted(leftOut, 'record')} of a server’s own left out`;
  return `${sent}: ${formatCount(added)} added, ${formatCount(duplicates)} there already${own}`;
}

async function* batches(lines: AsyncIterable<ImportedDraft>): AsyncGenerator<ImportedDraft[]> {
  let batch: ImportedDraft[] = [];
  let bytes = 0;
  for await (const line of lines) {
    const length = Buffer.byteLength(line.text) + 1;
    if (batch.length >= maxBatchEvents || (batch.length > 0 && bytes + length > maxBatchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(line);
    bytes += length;
  }
  if (batch.length > 0) yield batch;
}

/** Records a batch; in halves when it is larger than this server accepts. Calls `addReceipt` after each request. */
async function sendBatch(
  api: AnnalsApi,
  batch: readonly ImportedDraft[],
  retrying: RetrySettings,
  signal: AbortSignal,
  addReceipt: (receipt: ReceivedReceipt) => void,
): Promise<void> {
  const body = batch.map(({ text }) => text).join('\n');
  try {
    // A repetition is harmless: the server recognises events by their ids.
    const receipt = await retry(retrying, signal, () =>
      api.postText(receiptSchema, '/v1/audit/events', body, 'application/x-ndjson'),
    );
    checkReceipt(receipt, batch.length);
    addReceipt(receipt);
  } catch (error) {
    if (!(error instanceof AnnalsError)) throw error;
    if (error.code !== 'too-large' || batch.length === 1) throw describeRejection(error, batch);
    const middle = Math.ceil(batch.length / 2);
    await sendBatch(api, batch.slice(0, middle), retrying, signal, addReceipt);
    await sendBatch(api, batch.slice(middle), retrying, signal, addReceipt);
  }
}

/** Names the events, and their files, that were rejected. */
function describeRejection(error: AnnalsError, batch: readonly ImportedDraft[]): Error {
  if (error.issues.length === 0) return error;
  const lines = error.issues.map(({ index, field, message }) => {
    const line = index === undefined ? undefined : batch[index];
    const subject = line === undefined ? '' : `${line.place}: `;
    return `  ${subject}${field} ${message}`;
  });
  return new Exit(
    error.code === 'invalid' ? exitCodes.usage : exitCodes.failed,
    `The server rejected a batch of ${counted(batch.length, 'event')}:\n${lines.join('\n')}`,
  );
}
