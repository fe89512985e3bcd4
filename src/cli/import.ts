import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { AnnalsError } from '../core/errors.ts';
import type { Draft } from '../core/event.ts';
import { readFileEntries } from '../export/reading/read-file.ts';
import type { Receipt } from '../ledger/ledger.ts';
import { AnnalsApi } from './annals-api.ts';
import { addConnectionOptions, type ConnectionFlags, connectionOf } from './connection.ts';
import { type CliContext, Exit, exitCodes } from './context.ts';
import { type Importable, importers } from './importers.ts';
import { defaultSleep } from './sleep.ts';

interface ImportFlags extends ConnectionFlags {
  readonly from: Importable;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A draft on its way, and where it was read, for when it is refused. */
interface Line {
  readonly text: string;
  readonly file: string;
  /** From 1. */
  readonly place: number;
}

const maxBatchEvents = 1_000;
const maxBatchBytes = 8 * 1024 * 1024;
const maxAttempts = 8;

export function importCommand(context: CliContext): Command {
  const command = new Command('import')
    .description('record the events of files: exports of ours, of tcloud, or of AWS CloudTrail')
    .argument(
      '<file...>',
      'JSON array, tcloud envelope, NDJSON or CSV; plain, gzip or zstd; - is stdin',
    )
    .addOption(
      new Option('--from <kind>', 'what the files hold')
        .choices(Object.keys(importers))
        .default('native'),
    )
    .option('--json', 'answer with JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      `
An event is known again by its id, so importing a file twice adds nothing. An event without an id gets
one made from its content. Fields the server sets (sequence, recordedAt) are set anew.

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
  const api = new AnnalsApi(await connectionOf(flags, context), context);
  for (const file of files) await checkReadable(file, context);
  const total = { files: files.length, events: 0, added: 0, duplicates: 0 };
  for await (const batch of batches(files, flags.from, context)) {
    const receipt = await send(api, batch, context);
    total.events += batch.length;
    total.added += receipt.accepted;
    total.duplicates += receipt.duplicates;
    if (flags.quiet !== true) context.stderr.write(`${counted(total.events, 'event')} sent\n`);
  }
  const { events, added, duplicates } = total;
  context.stdout.write(
    flags.json
      ? `${JSON.stringify(total)}\n`
      : `${counted(events, 'event')} from ${counted(total.files, 'file')}: ${added} added, ${duplicates} there already\n`,
  );
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A missing file is found out before anything is sent. */
async function checkReadable(file: string, { cwd }: CliContext): Promise<void> {
  if (file === '-') return;
  const facts = await stat(resolve(cwd, file)).catch((error: NodeJS.ErrnoException) => {
    throw new AnnalsError(
      'invalid',
      `Cannot import ${file}: ${reasons[error.code ?? ''] ?? error.code}`,
    );
  });
  if (!facts.isFile() && !facts.isFIFO()) {
    throw new AnnalsError('invalid', `Cannot import ${file}: it is no file`);
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'reading it is not allowed',
};

async function* batches(
  files: readonly string[],
  from: Importable,
  context: CliContext,
): AsyncGenerator<Line[]> {
  let batch: Line[] = [];
  let bytes = 0;
  for (const file of files) {
    let place = 0;
    for await (const texts of readFileEntries(open(file, context), file)) {
      for (const entry of texts) {
        place += 1;
        const text = JSON.stringify(draftOf(entry, from, file, place));
        if (batch.length >= maxBatchEvents || bytes + text.length > maxBatchBytes) {
          yield batch;
          batch = [];
          bytes = 0;
        }
        batch.push({ text, file, place });
        bytes += text.length;
      }
    }
  }
  if (batch.length > 0) yield batch;
}

function open(file: string, context: CliContext): Readable {
  return file === '-' ? context.stdin : createReadStream(resolve(context.cwd, file));
}

function draftOf(entry: string, from: Importable, file: string, place: number): Draft {
  try {
    const draft = importers[from](entry);
    return draft.eventID === undefined ? { ...draft, eventID: contentID(entry) } : draft;
  } catch (error) {
    if (!(error instanceof AnnalsError)) throw error;
    throw new AnnalsError(error.code, `${file}, event ${place}: ${error.message}`);
  }
}

/** The same entry gets the same id in every import. */
function contentID(entry: string): string {
  return `sha256-${createHash('sha256').update(entry).digest('hex').slice(0, 32)}`;
}

/** Repeating is harmless: whatever the first try recorded is recognised by its id. */
async function send(api: AnnalsApi, batch: readonly Line[], context: CliContext): Promise<Receipt> {
  const body = batch.map(({ text }) => text).join('\n');
  const sleep = context.sleep ?? defaultSleep;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.postText<Receipt>('/v1/audit/events', body, 'application/x-ndjson');
    } catch (error) {
      if (!(error instanceof AnnalsError)) throw error;
      const passing = error.code === 'unavailable' || error.code === 'too-many-requests';
      if (!passing || attempt === maxAttempts) throw explained(error, batch);
      await sleep((error.retryAfterSeconds ?? 2 ** (attempt - 2)) * 1_000, context.signal);
    }
  }
}

/** Says which event of which file was refused. */
function explained(error: AnnalsError, batch: readonly Line[]): Error {
  if (error.issues.length === 0) return error;
  const lines = error.issues.map(({ index, field, message }) => {
    const line = index === undefined ? undefined : batch[index];
    const place = line === undefined ? '' : `${line.file}, event ${line.place}: `;
    return `  ${place}${field} ${message}`;
  });
  return new Exit(
    exitCodes.failed,
    `Refused, and with it the whole batch of ${counted(batch.length, 'event')}; batches sent before are recorded:\n${lines.join('\n')}`,
  );
}
