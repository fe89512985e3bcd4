import type { ByteWriter } from '../../../core/byte-writer.ts';
import { joinBytes } from '../../../core/bytes.ts';
import type { Micros } from '../../../core/micros.ts';
import { markTransfer } from '../../../runtime/transfer.ts';
import { EventColumns, EventRange, hashBytes, saltBytes } from '../../event-columns.ts';
import type { Append, Head, TreeNode } from '../../event-store.ts';
import type { SearchableEvent } from './searchable-event.ts';

/** Some events as they are stored, in columns. */
export interface EventBytes {
  /** `createdAt`, then `recordedAt` of each event. */
  readonly times: Float64Array;
  /** Bodies in UTF-8, each followed by a line feed; the one of event n ends at `lineEnds[n]`. */
  readonly lines: Uint8Array;
  readonly lineEnds: Uint32Array;
  /** 16 bytes for each event; they count only if the event has a 1 in `salted`. */
  readonly salts: Uint8Array;
  readonly salted: Uint8Array;
  /** 32 bytes for each event. */
  readonly leafHashes: Uint8Array;
}

/** What some events are found by, in columns; their times are in `EventBytes`. */
interface SearchColumns {
  readonly eventIDs: readonly string[];
  readonly descriptions: readonly (string | undefined)[];
  /** See `packFacets`. Facets of event n begin at `facetStarts[n]` and end where those of the next one begin. */
  readonly facets: Uint8Array;
  readonly facetStarts: Uint32Array;
}

/**
 * Appends on their way to the writer thread, with all their events one after the other in columns. A thousand events
 * that are cloned one by one cost more than everything else that is done with them there; and with each small buffer,
 * the whole pool that it is part of is cloned.
 */
export interface PackedAppends {
  readonly appends: readonly PackedAppend[];
  readonly bytes: EventBytes;
  readonly search: SearchColumns;
  /** The hashes of the appends' heads and nodes. */
  readonly hashes: Uint8Array;
}

/** An append whose events are `count` events of the columns, from `first` on. */
export interface PackedAppend extends Pick<Append, 'organisation' | 'expectedSize'> {
  readonly first: number;
  readonly count: number;
  readonly recordedAt: Micros;
  /** Index of its first hash. The order is: root, frontier, nodes. */
  readonly firstHash: number;
  readonly peaks: number;
  readonly nodes: readonly Pick<TreeNode, 'level' | 'index'>[];
}

/** The buffers are transferred to the other thread with this object. */
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
        const positions = nodes.map(({ level, index }) => ({ level, index }));
        return { organisation, expectedSize, recordedAt, ...at, nodes: positions };
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
  return joinBytes(
    appends.flatMap(({ head: { root, frontier }, nodes }) => [
      root,
      frontier,
      ...nodes.map(({ hash }) => hash),
    ]),
  );
}

/** The head of a log after an append. */
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
      const to = at + index - first;
      lineEnds[to] = this.#lineEnd + columns.lineEnds[index]! - lineStart;
      facetStarts[to + 1] = this.#facetEnd + columns.facetEnds[index]! - facetStart;
      times[to * 2] = columns.createdAt[index]!;
      times[to * 2 + 1] = columns.recordedAt[index]!;
      eventIDs.push(columns.eventIDs[index]!);
      descriptions.push(columns.descriptions[index]);
    }
    this.#events += end - first;
    this.#lineEnd += columns.lineStart(end) - lineStart;
    this.#facetEnd += columns.facetStart(end) - facetStart;
  }
}

/** Copies the bytes `[from, to)` of what was written. */
function copyBytes(
  { bytes }: ByteWriter,
  from: number,
  to: number,
  into: Uint8Array,
  at: number,
): void {
  bytes.copy(into, at, from, to);
}

/** What the events of an append are found by. */
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
