import type { z } from 'zod';
import { releaseBuffer } from '../../core/bytes.ts';
import type { Position } from '../../core/cursor.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Filter, overlapsWindow } from '../../core/filter.ts';
import { parseInstant } from '../../core/micros.ts';
import { checkNotDropped } from '../../dialects/dropped-events.ts';
import { eventCsvHeader, eventCsvRow } from '../../formats/event-csv.ts';
import { encodeBase64 } from '../../integrity/base64.ts';
import { leafTextOf } from '../../integrity/leaf-text.ts';
import type { PersonalPaths } from '../../integrity/personal.ts';
import { toLines } from '../../store/event-lines.ts';
import type { DroppedPrefix, EventReader, Packing, StoredEvent } from '../../store/event-store.ts';
import { compressFrame, compressLines } from '../../store/zstd-lines.ts';
import type { exportParameters } from '../parameters.ts';
import { type ReadLines, readAdaptively } from './adaptive-reader.ts';

type ExportParameters = z.output<typeof exportParameters>;
export type ExportFormat = NonNullable<ExportParameters['format']>;

/** How each format is written: before the first event, the events themselves, after the last. */
interface FormatWriter {
  readonly mediaType: string;
  readonly begin: string;
  readonly end: string;
  /**
   * A piece of the file from whole events as lines; without it the lines are the file. `first` for the first piece with
   * events.
   */
  readonly write?: (lines: string, first: boolean) => string;
}

export const formatWriters: Record<ExportFormat, FormatWriter> = {
  json: { mediaType: 'application/json', begin: '[', end: ']\n', write: arrayMembers },
  ndjson: { mediaType: 'application/x-ndjson', begin: '', end: '' },
  csv: {
    mediaType: 'text/csv; charset=utf-8',
    begin: eventCsvHeader,
    end: '',
    write: (lines) => lines.trimEnd().split('\n').map(eventCsvRow).join(''),
  },
};

/** One event a line, with `,\n` between two. No body holds a line feed: in JSON it is written `\n`. */
function arrayMembers(lines: string, first: boolean): string {
  return `${first ? '' : ',\n'}${lines.trimEnd().replaceAll('\n', ',\n')}`;
}

/** Events read at a time at most. */
const pageSize = 4_000;
/** What an event has more or less: where each is changed on the way no more are read than make up a piece. */
const typicalEventBytes = 800;

export interface ExportStreamOptions {
  readonly organisation: string;
  readonly filter: Filter;
  readonly order: 'asc' | 'desc';
  readonly format: ExportFormat;
  /** Size of the log the export looks at; what is recorded meanwhile stays out. */
  readonly snapshot: number;
  readonly after: Position | undefined;
  /** What was dropped of the log when the export began: if it is more later, events may be missing. */
  readonly dropped: DroppedPrefix | undefined;
  /** Hand out each event as its leaf text, without its personal parts. */
  readonly redacted: boolean;
  /** What is personal in the organisation's events. */
  readonly paths: PersonalPaths;
  /** Hand out each event as `{"salt","event"}`; for a format that can say so. */
  readonly withSalts: boolean;
  /** Whether the pieces are the bytes of the format or zstd frames of them. */
  readonly packing: Packing;
}

/**
 * The export in pieces, read at the pace at which they are sent. The memory of a piece is given back when the next one
 * is asked for, so that an export leaves nothing for the collector to find. Calls `onEnd` with the number
 * of events once everything was handed out, and not when reading fails or is given up. Throws `incomplete` when events
 * that were still to come are dropped on the way.
 */
export async function* exportChunks(
  reader: EventReader,
  options: ExportStreamOptions,
  onEnd: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const { format, packing } = options;
  const { begin, end, write } = formatWriters[format];
  // Lines that are not written any other way leave packed as they are kept.
  const read = linesReader(reader, options, write === undefined ? packing : 'plain');
  const pack = async (text: string) =>
    packing === 'plain' ? Buffer.from(text) : compressFrame(Buffer.from(text));
  let count = 0;
  if (begin !== '') yield pack(begin);
  for await (const { bytes, events } of readAdaptively(read, options.after)) {
    const piece =
      write === undefined ? bytes : await pack(write(decodeAndRelease(bytes), count === 0));
    yield piece;
    releaseBuffer(piece);
    count += events;
  }
  // Without a single frame it would be nothing that can be unpacked.
  const isBare = packing === 'zstd' && count === 0 && begin === '';
  if (end !== '' || isBare) yield pack(end);
  onEnd(count);
}

/** The text that these bytes are. They are released. */
function decodeAndRelease(bytes: Uint8Array<ArrayBuffer>): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  releaseBuffer(bytes);
  return text;
}

/** Reads the lines behind a place. Only events that are changed on the way are taken out of their bytes. */
function linesReader(
  reader: EventReader,
  options: ExportStreamOptions,
  packing: Packing,
): ReadLines {
  const { organisation, filter, order, snapshot, redacted, withSalts } = options;
  const shown = eventTransform(options);
  const read: ReadLines = async (after, maxBytes) => {
    const query = {
      filter,
      order,
      snapshot,
      limit: pageSize,
      maxBytes,
      ...(after !== undefined && { after }),
    };
    if (!redacted && !withSalts) return reader.listLines(organisation, query, packing);
    const limit = Math.ceil(maxBytes / typicalEventBytes);
    const events = await reader.list(organisation, { ...query, limit: limit + 1 });
    return compressLines(toLines(events.map(shown), { limit, maxBytes }), packing);
  };
  return async (after, maxBytes) => {
    const lines = await read(after, maxBytes);
    await checkNotDropped(reader, organisation, options.dropped, (dropped) =>
      overlapsWindow(dropped, remainingTimes(options, after)),
    );
    return lines;
  };
}

/** The times of the events that are still to come behind a place. */
function remainingTimes(
  { filter, order }: ExportStreamOptions,
  after: Position | undefined,
): Pick<Filter, 'from' | 'to'> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = filter;
  if (after === undefined) return { from, to };
  return order === 'asc'
    ? { from: Math.max(from, after.createdAt), to }
    : { from, to: Math.min(to, after.createdAt + 1) };
}

/** What of an event is handed out. */
function eventTransform({
  redacted,
  withSalts,
  paths,
}: Pick<ExportStreamOptions, 'redacted' | 'withSalts' | 'paths'>): (
  event: StoredEvent,
) => StoredEvent {
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

/** Reads `2026-06-20T08:14:03.512904Z/41`. */
export function parseExportPosition(text: string): Position {
  const slash = text.lastIndexOf('/');
  const createdAt = parseInstant(text.slice(0, slash));
  if (typeof createdAt === 'string') {
    throw new AnnalsError('invalid', `Cannot export: after=${text} does not begin with a time`);
  }
  return { createdAt, sequence: Number(text.slice(slash + 1)) };
}
