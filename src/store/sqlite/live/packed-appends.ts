import { facets } from '../../../core/facets.ts';
import { transferring } from '../../../threads/transfer.ts';
import type { Append, SealedEvent } from '../../event-store.ts';
import { hashBytes, saltBytes } from '../sealed/directory.ts';
import type { Searchable } from './column-writer.ts';

/** What is kept of some events, as columns. */
export interface EventBytes {
  /** `createdAt`, then `recordedAt` of each event. */
  readonly times: Float64Array;
  /** Bodies in UTF-8, each followed by a line feed; the one of event n ends at `lineEnds[n]`. */
  readonly lines: Uint8Array;
  readonly lineEnds: Uint32Array;
  /** 16 bytes an event; only those count whose event has a 1 in `salted`. */
  readonly salts: Uint8Array;
  readonly salted: Uint8Array;
  /** 32 bytes an event. */
  readonly leafHashes: Uint8Array;
}

/**
 * Additions on their way to the writer's thread, with all their events one after the other in columns. Cloned one by
 * one, a thousand events cost more than everything else that is done with them there.
 */
export interface PackedAppends {
  readonly appends: readonly PackedAppend[];
  readonly bytes: EventBytes;
  readonly eventIDs: readonly string[];
  readonly descriptions: readonly (string | undefined)[];
  /** All facets of the first event, then all of the second, and so on. */
  readonly facets: readonly (string | undefined)[];
}

/** An addition whose events are `count` of the columns' events, from `first` on. */
export interface PackedAppend extends Omit<Append, 'events'> {
  readonly first: number;
  readonly count: number;
}

/** The buffers move to the other thread when this is handed to it. */
export function packAppends(appends: readonly Append[]): PackedAppends {
  const events = appends.flatMap((append) => append.events);
  const bytes = packBytes(events);
  let first = 0;
  const packed = {
    appends: appends.map(({ events: { length: count }, ...append }) => {
      first += count;
      return { ...append, first: first - count, count };
    }),
    bytes,
    eventIDs: events.map(({ eventID }) => eventID),
    descriptions: events.map(({ description }) => description),
    facets: events.flatMap((event) => event.facets),
  };
  return transferring(
    packed,
    Object.values(bytes).map(({ buffer }) => buffer),
  );
}

function packBytes(events: readonly SealedEvent[]): EventBytes {
  const count = events.length;
  const lineEnds = new Uint32Array(count);
  let end = 0;
  for (const [index, { body }] of events.entries()) {
    end += Buffer.byteLength(body) + 1;
    lineEnds[index] = end;
  }
  const lines = Buffer.allocUnsafeSlow(end);
  const times = new Float64Array(count * 2);
  const salts = new Uint8Array(count * saltBytes);
  const salted = new Uint8Array(count);
  const leafHashes = new Uint8Array(count * hashBytes);
  for (const [index, { body, createdAt, recordedAt, leafHash, salt }] of events.entries()) {
    lines.write(body, index === 0 ? 0 : lineEnds[index - 1]!);
    lines[lineEnds[index]! - 1] = lineFeed;
    times[index * 2] = createdAt;
    times[index * 2 + 1] = recordedAt;
    leafHashes.set(leafHash, index * hashBytes);
    if (salt === undefined) continue;
    salts.set(salt, index * saltBytes);
    salted[index] = 1;
  }
  return { times, lines, lineEnds, salts, salted, leafHashes };
}

const lineFeed = 0x0a;

/** What an addition's events are found by. */
export function searchableEvents(packed: PackedAppends, append: PackedAppend): Searchable[] {
  const { bytes, eventIDs, descriptions, facets: values } = packed;
  return Array.from({ length: append.count }, (_, index) => {
    const at = append.first + index;
    return {
      eventID: eventIDs[at]!,
      sequence: append.expectedSize + index,
      createdAt: bytes.times[at * 2]!,
      recordedAt: bytes.times[at * 2 + 1]!,
      facets: values.slice(at * facets.length, (at + 1) * facets.length),
      description: descriptions[at],
    };
  });
}
