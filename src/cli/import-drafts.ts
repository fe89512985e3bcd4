import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Draft, ownService } from '../core/event.ts';
import { readEventFile } from '../export/read-event-file.ts';
import type { CliContext } from './cli-context.ts';
import { type ImportKind, importers } from './importers.ts';

/** A draft, and where it was read, for the message if it is rejected. */
export interface ImportedDraft {
  readonly text: string;
  readonly file: string;
  /** From 1. */
  readonly entryNumber: number;
}

/** Throws `invalid` for a file that cannot be read, before anything is sent. */
export async function checkReadable(file: string, { cwd }: CliContext): Promise<void> {
  if (file === '-') return;
  const facts = await stat(resolve(cwd, file)).catch((error: NodeJS.ErrnoException) => {
    throw new AnnalsError(
      'invalid',
      `Cannot import ${file}: ${reasons[error.code ?? ''] ?? error.code}`,
    );
  });
  if (!facts.isFile() && !facts.isFIFO()) {
    throw new AnnalsError('invalid', `Cannot import ${file}: it is not a file`);
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
};

/**
 * The events of the files as drafts, without the own records of a server: they are about that server, and only a server
 * may record such events.
 */
export async function* readImportedDrafts(
  files: readonly string[],
  from: ImportKind,
  context: CliContext,
  leaveOut: () => void,
): AsyncGenerator<ImportedDraft> {
  for (const file of files) {
    let entryNumber = 0;
    for await (const texts of entriesOf(file, context)) {
      for (const entry of texts) {
        entryNumber += 1;
        const draft = draftOf(entry, from, file, entryNumber);
        if (draft.context?.system_service === ownService) leaveOut();
        else yield { text: JSON.stringify(draft), file, entryNumber };
      }
    }
  }
}

async function* entriesOf(file: string, context: CliContext): AsyncGenerator<readonly string[]> {
  try {
    yield* readEventFile(open(file, context), file);
  } catch (error) {
    if (!(error instanceof AnnalsError)) {
      throw new AnnalsError('invalid', `Cannot read ${file}: ${messageOf(error)}`);
    }
    // A file that is cut off stays so. `incomplete` is for an export that can be resumed.
    throw error.code === 'incomplete' ? new AnnalsError('invalid', error.message) : error;
  }
}

function open(file: string, context: CliContext): Readable {
  return file === '-' ? context.stdin : createReadStream(resolve(context.cwd, file));
}

function draftOf(entry: string, from: ImportKind, file: string, entryNumber: number): Draft {
  try {
    const draft = importers[from](entry);
    return draft.eventID === undefined ? { ...draft, eventID: contentID(entry) } : draft;
  } catch (error) {
    if (!(error instanceof AnnalsError)) throw error;
    throw new AnnalsError(
      error.code,
      `Cannot import ${file}, event ${entryNumber}: ${error.message}`,
    );
  }
}

/** The same entry gets the same id in every import. */
function contentID(entry: string): string {
  return `sha256-${createHash('sha256').update(entry).digest('hex').slice(0, 32)}`;
}
