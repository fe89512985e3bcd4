import { ByteWriter } from '../../core/byte-writer.ts';
import type { Position } from '../../core/cursor.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Filter, overlapsWindow } from '../../core/filter.ts';
import { parseInstant } from '../../core/micros.ts';
import { checkNotDropped } from '../../dialects/dropped-events.ts';
import { decodableBytes } from '../../dialects/thalassa/decodable.ts';
import { eventCsvHeader } from '../../formats/event-csv.ts';
import { eventCsvRows } from '../../formats/event-csv-rows.ts';
import { encodeBase64 } from '../../integrity/base64.ts';
import { leafTextOf } from '../../integrity/leaf-text.ts';
import type { PersonalPaths } from '../../integrity/personal.ts';
import { releaseBuffer } from '../../runtime/release-buffer.ts';
import { toLines } from '../../store/event-lines.ts';
import type { DroppedPrefix, EventReader, Packing, StoredEvent } from '../../store/event-store.ts';
import { compressFrame, compressLines } from '../../store/zstd-lines.ts';
import { type ReadLines, readAdaptively } from './adaptive-reader.ts';

type ExportFormat = 'json' | 'ndjson' | 'csv';

/** What a format writes: before the first event, the events themselves, after the last. */
interface FormatWriter {
  readonly mediaType: string;
  readonly begin: string;
  readonly end: (events: number) => string;
  /**
   * A chunk of the file from whole events as lines; without it the lines are the file. `first` for the first chunk
   * with events.
   */
  readonly write?: (lines: Uint8Array<ArrayBuffer>, first: boolean) => Uint8Array<ArrayBuffer>;
}

export const formatWriters: Record<ExportFormat, FormatWriter> = {
  json: {
    mediaType: 'application/json',
    begin: '[',
    end: (count) => (count === 0 ? ']\n' : '\n]\n'),
    write: arrayMembers,
  },
  ndjson: { mediaType: 'application/x-ndjson', begin: '', end: () => '' },
  csv: {
    mediaType: 'text/csv; charset=utf-8',
    begin: eventCsvHeader,
    end: () => '',
    write: eventCsvRows,
  },
};

/** One event a line, as the command writes a file. No body holds a line feed: in JSON it is written `\n`. */
function arrayMembers(lines: Uint8Array<ArrayBuffer>, first: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  const out = new ByteWriter(bytes.length + 1_024);
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(lineFeed, start);
    out.text(first && start === 0 ? '\n' : ',\n');
    out.copy(bytes, start, end);
    start = end + 1;
  }
  return out.bytes.subarray(0, out.at);
}

const lineFeed = 0x0a;

/** Most events that are read at a time. */
const pageSize = 4_000;
/** An event has about this size: where each is changed on the way, no more are read than fill a chunk. */
const typicalEventBytes = 800;

export interface ExportStreamOptions {
  readonly organisation: string;
  readonly filter: Filter;
  readonly order: 'asc' | 'desc';
  readonly format: ExportFormat;
  /** Size of the log that the export looks at; events recorded later stay out. */
  readonly snapshot: number;
  readonly after: Position | undefined;
  /** What was dropped of the log when the export began: if more is dropped later, events may be missing. */
  readonly dropped: DroppedPrefix | undefined;
  /** Hand out each event as its leaf text, without its personal fields. */
  readonly redacted: boolean;
  /** The personal fields of the organisation's events. */
  readonly paths: PersonalPaths;
  /** Hand out each event as `{"salt","event"}`; for a format that can say so. */
  readonly withSalts: boolean;
  /** Whether the chunks are the bytes of the format or zstd frames of them. */
  readonly packing: Packing;
}

/**
 * The export in chunks, read as fast as they are sent. The memory of a chunk is released when the next one is
 * requested, so an export leaves no garbage to collect. Calls `onEnd` with the number of events once everything was
 * handed out, and not when reading fails or is given up. Throws `incomplete` when events that were still to come are
 * dropped on the way.
 */
export async function* exportChunks(
  reader: EventReader,
  options: ExportStreamOptions,
  onEnd: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const { format, packing, redacted } = options;
  const { begin, end, write } = formatWriters[format];
  /** A leaf text proves what it says, so it stays as it is. */
  const linesOf = (bytes: Uint8Array<ArrayBuffer>) => (redacted ? bytes : decodableBytes(bytes));
  // Lines that are not rewritten leave packed, as they are stored.
  const read = linesReader(reader, options, write === undefined ? packing : 'plain');
  const pack = async (text: Uint8Array<ArrayBuffer>) =>
    packing === 'plain' ? text : compressFrame(text);
  let count = 0;
  if (begin !== '') yield pack(Buffer.from(begin));
  for await (const { bytes, events } of readAdaptively(read, options.after)) {
    const chunk = write === undefined ? bytes : await pack(write(linesOf(bytes), count === 0));
    if (write !== undefined) releaseBuffer(bytes);
    yield chunk;
    releaseBuffer(chunk);
    count += events;
  }
  const ending = end(count);
  // A body without a single frame could not be unpacked.
  const hasNoFrame = packing === 'zstd' && count === 0 && begin === '';
  if (ending !== '' || hasNoFrame) yield pack(Buffer.from(ending));
  onEnd(count);
}

/** Reads the lines after a position. Only events that are changed on the way are taken out of their bytes. */
function linesReader(
  reader: EventReader,
  options: ExportStreamOptions,
  packing: Packing,
): ReadLines {
  const { organisation, filter, order, snapshot, redacted, withSalts } = options;
  const transform = eventTransform(options);
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
    return compressLines(toLines(events.map(transform), { limit, maxBytes }), packing);
  };
  return async (after, maxBytes) => {
    const lines = await read(after, maxBytes);
    await checkNotDropped(reader, organisation, options.dropped, (dropped) =>
      overlapsWindow(dropped, remainingTimes(options, after)),
    );
    return lines;
  };
}

/** The times of the events that are still to come after a position. */
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

/** What is handed out of an event. */
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
