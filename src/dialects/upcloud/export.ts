import { csvRow } from '../../core/csv.ts';
import type { EventReader, Range, StoredEvent } from '../../store/event-store.ts';
import { visibleToVendors } from '../dialect.ts';
import { checkNotDropped } from '../dropped-events.ts';
import { parseStoredEvent } from './find-event.ts';
import { toUpcloud, type UpcloudEvent } from './wire.ts';

interface Format {
  readonly mediaType: string;
  readonly begin: string;
  readonly between: string;
  readonly end: string;
  readonly write: (event: UpcloudEvent) => string;
}

/** The vendor's members in the order of its schema. Members of its events that are not among them are in JSON only. */
const columns = [
  'time',
  'auth_type',
  'cloud_event_id',
  'upcloud_correlation_id',
  'resource_type',
  'resource_sub_type',
  'action',
  'origin',
  'account_username',
  'ip_address',
  'resource_id',
  'current_state',
  'previous_state',
] as const;

export const exportFormats = ['csv', 'json'] as const;
export type UpcloudExportFormat = (typeof exportFormats)[number];

/** A JSON export is an array, not the list's object: the vendor's own test expects that (wire: UpCloud 6). */
export const formats: Record<UpcloudExportFormat, Format> = {
  csv: {
    mediaType: 'text/csv; charset=utf-8',
    begin: csvRow(columns),
    between: '',
    end: '',
    write: (event) => csvRow(columns.map((column) => cell(event[column]))),
  },
  json: {
    mediaType: 'application/json',
    begin: '[',
    between: ',\n',
    end: ']\n',
    write: (event) => JSON.stringify(event),
  },
};

function cell(value: string | object | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : (value ?? '');
}

/** A chunk of text has about this size. */
const chunkLength = 64 * 1024;

/**
 * Everything in the log up to the snapshot, in the order of recording, as chunks of text. It ends only when it is
 * complete, and throws otherwise, also when events are dropped on the way. Closing it frees the reader.
 */
export async function* exportText(
  reader: EventReader,
  organisation: string,
  snapshot: number,
  format: UpcloudExportFormat,
): AsyncGenerator<string> {
  const { begin, between, end, write } = formats[format];
  const droppedAtBegin = await reader.dropped(organisation);
  let text = begin;
  let separator = '';
  let next = 0;
  const checkFrom = (sequence: number) =>
    checkNotDropped(reader, organisation, droppedAtBegin, ({ before }) => before > sequence);
  const all = { from: droppedAtBegin?.before ?? 0, to: snapshot };
  for await (const events of scanInSteps(reader, organisation, all)) {
    await checkFrom(next);
    next = events.at(-1)!.sequence + 1;
    for (const event of events) {
      text += separator + write(toUpcloud(parseStoredEvent(event)));
      separator = between;
      if (text.length >= chunkLength) {
        yield text;
        text = '';
      }
    }
  }
  await checkFrom(next);
  yield text + end;
}

/** Sequences read at a time: some hundred kilobytes of events, which stay in memory for a client that reads nothing. */
const stepLength = 250;

async function* scanInSteps(
  reader: EventReader,
  organisation: string,
  { from, to }: Range,
): AsyncGenerator<readonly StoredEvent[]> {
  for (let at = from; at < to; at += stepLength) {
    const step = { from: at, to: Math.min(at + stepLength, to) };
    yield* reader.scan(organisation, step, visibleToVendors);
  }
}
