import type { ByteWriter } from '../../../core/byte-writer.ts';
import type { Micros } from '../../../core/micros.ts';
import { markTransfer } from '../../../runtime/transfer.ts';
import { EventColumns, EventRange, hashBytes, saltBytes } from '../../event-columns.ts';
import type { Append, Head, TreeNode } from '../../event-store.ts';
import type { SearchableEvent } from './searchable-event.ts';

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

/** What some events are found by, as columns; their times stand in `EventBytes`. */
interface SearchColumns {
  readonly eventIDs: readonly string[];
  readonly descriptions: readonly (string | undefined)[];
  /** See `packFacets`. Those of event n begin at `facetStarts[n]` and end where those of the next one begin. */
  readonly facets: Uint8Array;
  readonly facetStarts: Uint32Array;
}

/**
 * Additions on their way to the writer's thread, with all their events one after the other in columns. Cloned one by
 * one, a thousand events cost more than everything else that is done with them there; and with every small buffer the
 * whole pool is cloned that it is from.
 */
export interface PackedAppends {
  readonly appends: readonly PackedAppend[];
  readonly bytes: EventBytes;
  readonly search: SearchColumns;
  /** The hashes of the additions' heads and nodes. */
  readonly hashes: Uint8Array;
}

/** An addition whose events are `count` of the columns' events, from `first` on. */
export interface PackedAppend extends Pick<Append, 'organisation' | 'expectedSize'> {
  readonly first: number;
  readonly count: number;
  readonly recordedAt: Micros;
  /** Where its hashes begin: the root, the frontier's, those of the nodes. */
  readonly firstHash: number;
  readonly peaks: number;
  readonly nodes: readonly Pick<TreeNode, 'level' | 'index'>[];
}

/** The buffers move to the other thread when this is handed to it. */
export function packAppends(appends: readonly Append[]): PackedAppends {
  const slices = appends.map(({ events }) =>
    events instanceof EventRange ? events : EventColumns.rangeOf(events),
  );
  const packing = new AppendPacker(slices);
  for (const slice of slices) packing.add(slice);
  const { bytes, search } = packing;
  const hashes = packHashes(appends);
  let [first, firstHash] = [0, 0];
  const packed = {
    appends: appends.map(
      ({ organisation, expectedSize, events: { length: count }, head, nodes }) => {
        const { recordedAt, frontier } = head;
        const peaks = frontier.length / hashBytes;
        const at = { first, count, firstHash, peaks };
        first += count;
        firstHash += 1 + peaks + nodes.length;
        const places = nodes.map(({ level, index }) => ({ level, index }));
        return { organisation, expectedSize, recordedAt, ...at, nodes: places };
      },
    ),
    bytes,
    search,
    hashes,
  };
  const columns = [...Object.values(bytes), search.facets, search.facetStarts, hashes];
  return markTransfer(
    packed,
    columns.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

function packHashes(appends: readonly Append[]): Uint8Array {
  const parts = appends.flatMap(({ head: { root, frontier }, nodes }) => [
    root,
    frontier,
    ...nodes.map(({ hash }) => hash),
  ]);
  const hashes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    hashes.set(part, at);
    at += part.length;
  }
  return hashes;
}

/** Where a log ends with an addition. */
export function headOf({ hashes }: PackedAppends, append: PackedAppend): Head {
  const { expectedSize, count, recordedAt, firstHash, peaks } = append;
  const root = hashes.subarray(firstHash * hashBytes, (firstHash + 1) * hashBytes);
  const frontier = hashes.subarray(
    (firstHash + 1) * hashBytes,
    (firstHash + 1 + peaks) * hashBytes,
  );
  return { size: expectedSize + count, root, frontier, recordedAt };
}

export function nodesOf({ hashes }: PackedAppends, append: PackedAppend): TreeNode[] {
  const first = append.firstHash + 1 + append.peaks;
  return append.nodes.map((node, n) => ({
    ...node,
    hash: hashes.subarray((first + n) * hashBytes, (first + n + 1) * hashBytes),
  }));
}

class AppendPacker {
  readonly bytes: EventBytes;
  readonly search: SearchColumns & { eventIDs: string[]; descriptions: (string | undefined)[] };
  #events = 0;
  #lineEnd = 0;
  #facetEnd = 0;

  constructor(slices: readonly EventRange[]) {
    let [count, lineBytes, facetBytes] = [0, 0, 0];
    for (const { columns, first, end, length } of slices) {
      count += length;
      lineBytes += columns.lineStart(end) - columns.lineStart(first);
      facetBytes += columns.facetStart(end) - columns.facetStart(first);
    }
    this.bytes = {
      times: new Float64Array(count * 2),
      lines: new Uint8Array(lineBytes),
      lineEnds: new Uint32Array(count),
      salts: new Uint8Array(count * saltBytes),
      salted: new Uint8Array(count),
      leafHashes: new Uint8Array(count * hashBytes),
    };
    this.search = {
      eventIDs: [],
      descriptions: [],
      facets: new Uint8Array(facetBytes),
      facetStarts: new Uint32Array(count + 1),
    };
  }

  add({ columns, first, end }: EventRange): void {
    const { lines, lineEnds, times, salts, salted, leafHashes } = this.bytes;
    const { facets, facetStarts, eventIDs, descriptions } = this.search;
    const lineStart = columns.lineStart(first);
    const facetStart = columns.facetStart(first);
    const at = this.#events;
    copyBytes(columns.lines, lineStart, columns.lineStart(end), lines, this.#lineEnd);
    copyBytes(columns.facets, facetStart, columns.facetStart(end), facets, this.#facetEnd);
    copyBytes(columns.leafHashes, first * hashBytes, end * hashBytes, leafHashes, at * hashBytes);
    copyBytes(columns.salts, first * saltBytes, end * saltBytes, salts, at * saltBytes);
    copyBytes(columns.salted, first, end, salted, at);
    for (let index = first; index < end; index += 1) {
      const place = at + index - first;
      lineEnds[place] = this.#lineEnd + columns.lineEnds[index]! - lineStart;
      facetStarts[place + 1] = this.#facetEnd + columns.facetEnds[index]! - facetStart;
      times[place * 2] = columns.createdAt[index]!;
      times[place * 2 + 1] = columns.recordedAt[index]!;
      eventIDs.push(columns.eventIDs[index]!);
      descriptions.push(columns.descriptions[index]);
    }
    this.#events += end - first;
    this.#lineEnd += columns.lineStart(end) - lineStart;
    this.#facetEnd += columns.facetStart(end) - facetStart;
  }
}

/** Copies what was written between two places. */
function copyBytes(
  { bytes }: ByteWriter,
  from: number,
  to: number,
  into: Uint8Array,
  at: number,
): void {
  bytes.copy(into, at, from, to);
}

/** What an addition's events are found by. */
export function searchableEvents(packed: PackedAppends, append: PackedAppend): SearchableEvent[] {
  const { bytes, search } = packed;
  return Array.from({ length: append.count }, (_, index) => {
    const at = append.first + index;
    return {
      eventID: search.eventIDs[at]!,
      sequence: append.expectedSize + index,
      createdAt: bytes.times[at * 2]!,
      recordedAt: bytes.times[at * 2 + 1]!,
      facets: search.facets,
      facetStart: search.facetStarts[at]!,
      description: search.descriptions[at],
    };
  });
}
