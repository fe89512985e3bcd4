import { facets } from '../../../core/facets.ts';
import { transferring } from '../../../threads/transfer.ts';
import type { Append, SealedEvent } from '../../event-store.ts';
import { hashBytes, saltBytes } from '../sealed/directory.ts';

/** An event as the writer takes it: its body in the bytes that are kept. */
export type EventBytes = Omit<SealedEvent, 'body'> & { readonly body: Uint8Array };

/** An addition as the writer takes it. */
export type AppendBytes = Omit<Append, 'events'> & { readonly events: readonly EventBytes[] };

/**
 * Additions on their way to the writer's thread: what the events of all of them have in common is one column. Cloned
 * one by one, a thousand events cost more than everything else that is done with them there.
 */
export interface PackedAppends {
  /** The additions, each with the number of its events. */
  readonly appends: readonly (Omit<Append, 'events'> & { readonly events: number })[];
  readonly eventIDs: readonly string[];
  readonly descriptions: readonly (string | undefined)[];
  /** All facets of the first event, then all of the second, and so on. */
  readonly facets: readonly (string | undefined)[];
  /** `createdAt`, then `recordedAt` of each event. */
  readonly times: Float64Array;
  /** Bodies in UTF-8, one after the other; body n ends at `bodyEnds[n]`. */
  readonly bodies: Uint8Array;
  readonly bodyEnds: Uint32Array;
  /** 16 bytes an event; only those count whose event has a 1 in `salted`. */
  readonly salts: Uint8Array;
  readonly salted: Uint8Array;
  readonly leafHashes: Uint8Array;
}

/** The buffers move to the other thread when this is handed to it. */
export function packAppends(appends: readonly Append[]): PackedAppends {
  const events = appends.flatMap((append) => append.events);
  const count = events.length;
  const bodyEnds = new Uint32Array(count);
  let bytes = 0;
  for (const [index, { body }] of events.entries()) {
    bytes += Buffer.byteLength(body);
    bodyEnds[index] = bytes;
  }
  const bodies = Buffer.allocUnsafeSlow(bytes);
  const times = new Float64Array(count * 2);
  const salts = new Uint8Array(count * saltBytes);
  const salted = new Uint8Array(count);
  const leafHashes = new Uint8Array(count * hashBytes);
  for (const [index, event] of events.entries()) {
    bodies.write(event.body, index === 0 ? 0 : bodyEnds[index - 1]!);
    times[index * 2] = event.createdAt;
    times[index * 2 + 1] = event.recordedAt;
    leafHashes.set(event.leafHash, index * hashBytes);
    if (event.salt === undefined) continue;
    salts.set(event.salt, index * saltBytes);
    salted[index] = 1;
  }
  const packed = {
    appends: appends.map((append) => ({ ...append, events: append.events.length })),
    eventIDs: events.map(({ eventID }) => eventID),
    descriptions: events.map(({ description }) => description),
    facets: events.flatMap((event) => event.facets),
    times,
    bodies,
    bodyEnds,
    salts,
    salted,
    leafHashes,
  };
  const buffers = [times, bodies, bodyEnds, salts, salted, leafHashes].map(({ buffer }) => buffer);
  return transferring(packed, buffers);
}

export function unpackAppends(packed: PackedAppends): AppendBytes[] {
  let next = 0;
  return packed.appends.map(({ events: count, ...append }) => {
    const first = next;
    next += count;
    const events = Array.from({ length: count }, (_, index) =>
      eventAt(packed, first + index, append.expectedSize + index),
    );
    return { ...append, events };
  });
}

function eventAt(packed: PackedAppends, at: number, sequence: number): EventBytes {
  const { times, bodies, bodyEnds, salts, leafHashes } = packed;
  return {
    eventID: packed.eventIDs[at]!,
    sequence,
    createdAt: times[at * 2]!,
    recordedAt: times[at * 2 + 1]!,
    facets: packed.facets.slice(at * facets.length, (at + 1) * facets.length),
    description: packed.descriptions[at],
    body: bodies.subarray(at === 0 ? 0 : bodyEnds[at - 1]!, bodyEnds[at]!),
    leafHash: leafHashes.subarray(at * hashBytes, (at + 1) * hashBytes),
    ...(packed.salted[at] === 1 && {
      salt: salts.subarray(at * saltBytes, (at + 1) * saltBytes),
    }),
  };
}
