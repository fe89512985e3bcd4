import type { z } from 'zod';
import type { Place } from '../../core/cursor.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Filter } from '../../core/filter.ts';
import { parseInstant } from '../../core/micros.ts';
import { encodeBase64 } from '../../integrity/base64.ts';
import { leafTextOf } from '../../integrity/leaf-text.ts';
import { personalPaths } from '../../integrity/personal.ts';
import type { EventReader, StoredEvent } from '../../store/event-store.ts';
import { eventCsvHeader, eventCsvRow } from './csv.ts';
import { placeOf } from './list.ts';
import type { exportParameters } from './query.ts';

export type ExportParameters = z.output<typeof exportParameters>;
export type ExportFormat = NonNullable<ExportParameters['format']>;

/** How each format is written: before the first event, between two, after the last, and the event itself. */
interface Writing {
  readonly mediaType: string;
  readonly begin: string;
  readonly between: string;
  readonly end: string;
  readonly write: (event: StoredEvent) => string;
}

export const writings: Record<ExportFormat, Writing> = {
  json: {
    mediaType: 'application/json',
    begin: '[',
    between: ',\n',
    end: ']\n',
    write: ({ body }) => body,
  },
  ndjson: {
    mediaType: 'application/x-ndjson',
    begin: '',
    between: '',
    end: '',
    write: ({ body }) => `${body}\n`,
  },
  csv: {
    mediaType: 'text/csv; charset=utf-8',
    begin: eventCsvHeader,
    between: '',
    end: '',
    write: ({ body }) => eventCsvRow(body),
  },
};

const pageSize = 1_000;

export interface ExportQuestion {
  readonly organisation: string;
  readonly filter: Filter;
  readonly order: 'asc' | 'desc';
  readonly format: ExportFormat;
  /** Size of the log the export looks at; what is recorded meanwhile stays out. */
  readonly snapshot: number;
  readonly after: Place | undefined;
  /** Hand out each event as its leaf text, without its personal parts. */
  readonly redacted: boolean;
  /** Hand out each event as `{"salt","event"}`; for a format that can say so. */
  readonly withSalts: boolean;
}

/**
 * The export as pieces of text, a page of events at a time, as fast as they are asked for. Calls `onEnd` with the
 * number of events once everything was handed out, and not when reading fails or is given up.
 */
export async function* exportText(
  reader: EventReader,
  question: ExportQuestion,
  onEnd: (count: number) => void,
): AsyncGenerator<string> {
  const writing = writings[question.format];
  const shown = formOf(question);
  let text = writing.begin;
  let count = 0;
  let { after } = question;
  for (;;) {
    const events = await reader.list(question.organisation, {
      filter: question.filter,
      order: question.order,
      snapshot: question.snapshot,
      limit: pageSize,
      ...(after !== undefined && { after }),
    });
    for (const event of events) {
      if (count > 0) text += writing.between;
      text += writing.write(shown(event));
      count += 1;
    }
    const last = events.at(-1);
    if (last === undefined || events.length < pageSize) break;
    after = placeOf(last);
    yield text;
    text = '';
  }
  yield text + writing.end;
  onEnd(count);
}

/** What of an event is handed out. */
function formOf({
  redacted,
  withSalts,
}: Pick<ExportQuestion, 'redacted' | 'withSalts'>): (event: StoredEvent) => StoredEvent {
  const redact = ({ salt, body, ...event }: StoredEvent): StoredEvent => ({
    ...event,
    body: leafTextOf(body, salt, paths),
  });
  const wrap = ({ salt, body, ...event }: StoredEvent): StoredEvent => ({
    ...event,
    body: `{"salt":${salt === undefined ? 'null' : `"${encodeBase64(salt)}"`},"event":${body}}`,
  });
  if (redacted) return withSalts ? (event) => wrap(redact(event)) : redact;
  return withSalts ? wrap : (event) => event;
}

const paths = personalPaths();

/** Reads `2026-06-20T08:14:03.512904Z/41`. */
export function parsePlace(text: string): Place {
  const slash = text.lastIndexOf('/');
  const createdAt = parseInstant(text.slice(0, slash));
  if (typeof createdAt === 'string') {
    throw new AnnalsError('invalid', `Cannot export: after=${text} does not begin with a time`);
  }
  return { createdAt, sequence: Number(text.slice(slash + 1)) };
}
