import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { checkDraft } from '../core/draft.ts';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Draft, ownService } from '../core/event.ts';
import type { Json } from '../core/json/parse-json.ts';
import { type EventBatch, readEventFile } from '../export/read-event-file.ts';
import type { CliContext } from './cli-context.ts';
import { fileProblem } from './file-problem.ts';
import { type ImportKind, importers } from './importers.ts';

/** A draft, and where it was read, for the message if it is rejected. */
export interface ImportedDraft {
  readonly text: string;
  /** The file, and the line of NDJSON or the number of the event: `a.ndjson, line 14`. */
  readonly place: string;
}

/** Throws `invalid` for a file that cannot be read, before anything is sent. */
export async function checkReadable(file: string, { cwd }: CliContext): Promise<void> {
  if (file === '-') return;
  const facts = await stat(resolve(cwd, file)).catch((error: NodeJS.ErrnoException) => {
    throw new AnnalsError('invalid', `Cannot import ${file}: ${fileProblem(error)}`);
  });
  if (!facts.isFile() && !facts.isFIFO()) {
    throw new AnnalsError('invalid', `Cannot import ${file}: it is not a file`);
  }
}

/**
 * The events of the files as drafts, without the own records of a server: they are about that server, and only a server
 * may record such events. Throws `invalid` for a file that cannot be read, and for an entry that is wrong; the drafts
 * before it were yielded.
 */
export async function* readImportedDrafts(
  files: readonly string[],
  from: ImportKind,
  context: CliContext,
  leaveOut: () => void,
): AsyncGenerator<ImportedDraft> {
  for (const file of files) {
    let entryNumber = 0;
    for await (const { texts, lines } of entriesOf(file, context)) {
      for (const [index, entry] of texts.entries()) {
        entryNumber += 1;
        const place = `${file}, ${lines === undefined ? `event ${entryNumber}` : `line ${lines[index]}`}`;
        const draft = draftOf(entry, from, place);
        if (draft.context?.system_service === ownService) {
          leaveOut();
          continue;
        }
        rejectWrong(draft, from, place);
        yield { text: JSON.stringify(draft), place };
      }
    }
  }
}

async function* entriesOf(file: string, context: CliContext): AsyncGenerator<EventBatch> {
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

function draftOf(entry: string, from: ImportKind, place: string): Draft {
  try {
    const draft = importers[from](entry);
    return draft.eventID === undefined ? { ...draft, eventID: contentID(entry) } : draft;
  } catch (error) {
    if (!(error instanceof AnnalsError)) throw error;
    throw new AnnalsError(error.code, `Cannot import ${place}: ${error.message}`);
  }
}

/** The server would reject the whole batch, and could not name the line. */
function rejectWrong(draft: Draft, from: ImportKind, place: string): void {
  // Only the server knows its clock.
  const issues = checkDraft(draft as unknown as Json, Number.POSITIVE_INFINITY);
  if (issues.length === 0) return;
  const sentences = issues.map(({ field, message }) => `${field} ${message}`.trim());
  const hint = from === 'native' ? '. If it is a vendor’s entry, name the vendor with --from' : '';
  throw new AnnalsError('invalid', `Cannot import ${place}: ${sentences.join('; ')}${hint}`, {
    issues,
  });
}

/** The same entry gets the same id in every import. */
function contentID(entry: string): string {
  return `sha256-${createHash('sha256').update(entry).digest('hex').slice(0, 32)}`;
}
