import type { Position } from '../core/cursor.ts';
import type { Facet, FacetValues } from '../core/facets.ts';
import type { Filter } from '../core/filter.ts';
import type { Micros } from '../core/micros.ts';

/**
 * The contract of an event store: one append-only log for each organisation. `EventReader` and `EventWriter` are
 * separate, so that code that only answers requests cannot write. Every implementation passes `event-store.contract.ts`.
 *
 * A log's *size* is the number of its events. An event's *sequence* is its number in the log, 0 to size - 1.
 * A *snapshot* is an earlier size: results leave out events whose sequence is not below it.
 * A log that has never been written to is empty. To query it is not an error.
 * Texts, in events and in queries, are well-formed Unicode.
 */

/** An event as it is stored. It can be sent without being parsed. */
export interface StoredEvent {
  readonly sequence: number;
  readonly createdAt: Micros;
  readonly recordedAt: Micros;
  /** The whole event as canonical JSON (RFC 8785). */
  readonly body: string;
  /** The 16 bytes of the commitment to the personal fields; absent when the event has none. */
  readonly salt?: Uint8Array;
}

/**
 * An event to be stored, with what queries find it by. Id, facets and description are those of the body, so a store can
 * keep them or read them from the body again.
 */
export interface SequencedEvent extends StoredEvent {
  readonly eventID: string;
  readonly facets: FacetValues;
  readonly description: string | undefined;
  /** SHA-256 of the leaf (RFC 6962), 32 bytes. */
  readonly leafHash: Uint8Array;
}

/** Events in order: an array, or `EventColumns`, which create each event when it is read. */
export interface SequencedEvents extends Iterable<SequencedEvent> {
  readonly length: number;
}

/** The right edge of a log and of its Merkle tree. */
export interface Head {
  readonly size: number;
  /** 32 bytes. The root of the empty tree is SHA-256 of nothing. */
  readonly root: Uint8Array;
  /** Hashes of the complete subtrees that the tree consists of, left to right, 32 bytes each: enough to extend it. */
  readonly frontier: Uint8Array;
  /** `recordedAt` of the last event; 0 for an empty log. */
  readonly recordedAt: Micros;
}

/** The hash of a complete subtree, which covers the leaves `[index << level, (index + 1) << level)`. */
export interface TreeNode {
  /** 8, 16, 24 …: the tops of complete tiles. Level 0 is stored with the events. */
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** An addition to one log: consecutive events, and the tree after them. `recordedAt` increases strictly. */
export interface Append {
  readonly organisation: string;
  /** The size that the caller expects the log to have. The first event has this sequence. */
  readonly expectedSize: number;
  readonly events: SequencedEvents;
  readonly head: Head;
  /** All nodes that these events complete; within a level in order of index. */
  readonly nodes: readonly TreeNode[];
}

export interface EventWriter {
  /**
   * Adds to one or several logs in one transaction; each log may occur once. When it resolves, all of it is durable
   * (fsync done), and every read that begins afterwards sees it. When it rejects, nothing was added, except with the
   * code `unavailable`: then the outcome is unknown, so read the heads before you try again. Rejects with `conflict`,
   * naming the organisation, if a log's size is not `expectedSize`, or if a log already has an event with one of the ids.
   * Calls are carried out one after the other, in the order in which they arrive.
   */
  append(appends: readonly Append[]): Promise<void>;
  /**
   * Those of these ids that the log has. Ids of dropped events are forgotten. It sees every append that was requested
   * before it. The one writer recognises repeated drafts with it.
   */
  findExisting(
    organisation: string,
    eventIDs: readonly string[],
  ): Promise<Map<string, StoredEvent>>;
}

/** What remains of one event when its personal fields are erased. */
export interface Erasure {
  readonly sequence: number;
  /** The event without some of its fields. Id and times remain; a facet is unchanged or absent. */
  readonly body: string;
}

export interface EventEraser {
  /**
   * Replaces the bodies of these events and removes their salts, everywhere. When it resolves, no result and no file of
   * the store has what was erased, and every read that began before has ended. Sequences, times and leaf hashes do not
   * change, so the tree does not either. Queries do not find events by what was erased: facets and description are those
   * of the new body. Each event is either unchanged or erased, even if the process is killed. When it rejects, some
   * events may be erased; the same call again does the rest. Rejects with `invalid`, and erases nothing, when the log
   * never had one of these events. Dropped events are skipped, because nothing of them is left. It sees every append
   * that was requested before it.
   */
  erase(organisation: string, erasures: readonly Erasure[]): Promise<void>;
}

/** Events of one log that are old enough to be dropped. */
export interface ExpiredRange extends Range {
  readonly organisation: string;
}

/**
 * Dropping events whose retention is over. Nothing else removes events. They are dropped from the beginning of a log, so
 * the events that remain are consecutive, up to the end of the log. Hashes stay, and with them sizes, heads and all proofs.
 */
export interface EventRetention {
  /**
   * What can be dropped because it was recorded before an instant: for each log one range, which begins at the first
   * event that the log has. A store may return less than everything, because it drops whole files. After a drop, call it
   * again until the result is empty.
   */
  expired(recordedBefore: Micros): Promise<readonly ExpiredRange[]>;
  /**
   * Drops what `expired` returned. When it resolves, no result and no file of the store has a body, a salt, or anything
   * else by which these events could be found, and every read that began before has ended. Each event is either unchanged
   * or dropped, even if the process is killed. When it rejects, some events may be dropped; the same call again does the
   * rest.
   */
  drop(expired: readonly ExpiredRange[]): Promise<void>;
}

export type Order = 'asc' | 'desc';

/** A query for a page. Order is by `createdAt`, then by `sequence`: a total order. */
export interface ListQuery {
  readonly filter: Filter;
  readonly order: Order;
  /** The page begins after this position in that order; at the start when absent. */
  readonly after?: Position;
  /** Leave out this many matching events first. */
  readonly skip?: number;
  /** At most this many events, at least 1. */
  readonly limit: number;
  readonly snapshot?: number;
}

/** A half-open range of sequences, `[from, to)`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A query for a page as lines. */
export interface LinesQuery extends ListQuery {
  /** About how many bytes are enough; half a megabyte when absent. A slow client's lines stay in memory for a while. */
  readonly maxBytes?: number;
}

/** The form of lines: plain, or as whole zstd frames one after the other, each with its checksum. */
export type Packing = 'plain' | 'zstd';

/** Consecutive events of a list as NDJSON, plain or packed: each body, followed by a line feed. */
export interface Lines {
  /** At least one. */
  readonly events: number;
  /** In a separate buffer, which the caller may release. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The position of the last of these events: the next lines begin after it. */
  readonly last: Position;
  /** Whether more events match after these, even beyond the limit. */
  readonly more: boolean;
}

/** A query for how many events there are in each part of a time: equal parts, one behind the other. */
export interface HistogramQuery {
  readonly filter: Filter;
  /** Bucket n has the events created in `[start + n * width, start + (n + 1) * width)`. */
  readonly start: Micros;
  readonly width: Micros;
  readonly buckets: number;
  readonly snapshot?: number;
}

/** Counts by bucket, split by the outcome of the events; `unknown` has those that do not say it. */
export interface Histogram {
  readonly success: Uint32Array;
  readonly failure: Uint32Array;
  readonly unknown: Uint32Array;
}

/** A query for the values of facets among some events. */
export interface FacetsQuery {
  readonly facets: readonly Facet[];
  readonly filter: Filter;
  readonly snapshot?: number;
  /** Leave out values that do not contain this text, without regard to case. */
  readonly search?: string;
  /** At most so many values of each facet. */
  readonly limit: number;
  /** A facet with more different values has none in the result, so that it does not take all memory. Nor has one with very long ones. */
  readonly maxDistinct: number;
}

export interface FacetCounts {
  /** How many events match. */
  readonly total: number;
  /** In the order of the query. */
  readonly facets: readonly {
    /** Most frequent first, then by value in the order of UTF-16 units. */
    readonly values: readonly FacetCount[];
    /** How many different values there are, beyond the limit too; absent when there are too many. */
    readonly distinct?: number;
    /** Matching events without a value. */
    readonly absent: number;
  }[];
}

/** The first lines of a list, and how many events match in all, exactly. */
export interface CountedLines {
  readonly lines: Lines | undefined;
  readonly total: number;
}

export interface EventReader {
  head(organisation: string): Promise<Head>;
  get(organisation: string, eventID: string): Promise<StoredEvent | undefined>;
  /** One page. It has fewer than `limit` events only when no more match. */
  list(organisation: string, query: ListQuery): Promise<readonly StoredEvent[]>;
  /**
   * The same page as the bytes of its bodies, for callers that send events without reading them. Ends early when it has
   * enough bytes; undefined when no event is left. Packed lines are sent as they are stored, where they are stored packed.
   */
  listLines(organisation: string, query: LinesQuery, packing?: Packing): Promise<Lines | undefined>;
  /** Plain lines and the number of all events that match, whatever the position: what a page of a list needs, at once. */
  countedLines(organisation: string, query: LinesQuery): Promise<CountedLines>;
  /** How many events match, exactly. */
  count(organisation: string, filter: Filter, snapshot?: number): Promise<number>;
  /** How many matching events each bucket has, exactly. Events outside of all buckets are not counted. */
  histogram(organisation: string, query: HistogramQuery): Promise<Histogram>;
  /**
   * The events of a range in order of sequence, in batches of about a thousand at most. Reads ahead one batch at most; to
   * stop early frees everything. `filter` leaves out what does not match.
   */
  scan(organisation: string, range: Range, filter?: Filter): AsyncIterable<readonly StoredEvent[]>;
  /**
   * The first sequence among the events that are not dropped whose `recordedAt` is at or after the instant; the log's
   * size when there is none.
   */
  sequenceAt(organisation: string, recordedAt: Micros): Promise<number>;
  /**
   * Each value of a facet among the matching events, and how often it occurs: most frequent first, then by value in the
   * order of UTF-16 units.
   */
  distinct(
    organisation: string,
    facet: Facet,
    filter?: Filter,
    limit?: number,
  ): Promise<readonly FacetCount[]>;
  /** The values of several facets among the matching events, and how often each occurs, in one pass. */
  facetCounts(organisation: string, query: FacetsQuery): Promise<FacetCounts>;
  /**
   * Hashes of the Merkle tree, 32 bytes each, for the nodes `[from, from + count)` of a level (0, 8, 16 …); fewer when
   * the tree has no more of them. Hashes of dropped events are included.
   */
  treeNodes(organisation: string, level: number, from: number, count: number): Promise<Uint8Array>;
  /**
   * What was dropped of a log; undefined when nothing was. It reports a drop before any result lacks the events. So a
   * caller that asks after it has read knows whether events may be missing from what it read.
   */
  dropped(organisation: string): Promise<DroppedPrefix | undefined>;
  /**
   * Calls back each time the log has grown, once reads see it, and when the store is closed, until the function that it
   * returns is called. The callback must not throw. It reads nothing, so it costs next to nothing to wait with it.
   */
  watch(organisation: string, onGrown: () => void): () => void;
  /**
   * The same reader for a client that may disconnect. When the signal is aborted, the store stops its queries and begins
   * no others. They reject with `abandoned` unless they have been answered.
   */
  withSignal(signal: AbortSignal): EventReader;
}

/** The first events of a log, of which only hashes are left. */
export interface DroppedPrefix {
  /** Events with a lower sequence are dropped; all others are not. */
  readonly before: number;
  /** Bounds of `createdAt` of the dropped events, both included. */
  readonly earliest: Micros;
  readonly latest: Micros;
}

export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** A whole store. `close` waits for what was accepted. Later calls reject with `unavailable`. */
export interface EventStore extends EventReader, EventWriter, EventEraser, EventRetention {
  close(): Promise<void>;
}
