import type { Position } from '../core/cursor.ts';
import type { Facet, FacetValues } from '../core/facets.ts';
import type { Filter } from '../core/filter.ts';
import type { Micros } from '../core/micros.ts';

/**
 * Keeping events: one append-only log for each organisation. `EventReader` and `EventWriter` are separate, so
 * that whoever only answers can only read. Every implementation passes `event-store.contract.ts`.
 *
 * Words: a log's *size* is the number of its events; an event's *sequence* is its place, 0 to size - 1.
 * A *snapshot* is a size from before: events with a sequence at or beyond it stay out of an answer.
 * An organisation nobody wrote for has an empty log; asking about it is no error.
 * Texts, in events and in questions, are well-formed Unicode.
 */

/** An event as it is kept: ready to be handed out without being parsed. */
export interface StoredEvent {
  readonly sequence: number;
  readonly createdAt: Micros;
  readonly recordedAt: Micros;
  /** The whole event as canonical JSON (RFC 8785). */
  readonly body: string;
  /** 16 bytes that blind the personal part's commitment; absent when the event has no personal part. */
  readonly salt?: Uint8Array;
}

/**
 * An event on its way in: what is kept, and what it shall be found by. Id, facets and description are those of
 * the body, so a store may keep them or take them from the body again.
 */
export interface SequencedEvent extends StoredEvent {
  readonly eventID: string;
  readonly facets: FacetValues;
  readonly description: string | undefined;
  /** SHA-256 of the leaf (RFC 6962), 32 bytes. */
  readonly leafHash: Uint8Array;
}

/** Events in order: an array of them, or `EventColumns`, which make each when it is asked for. */
export interface SequencedEvents extends Iterable<SequencedEvent> {
  readonly length: number;
}

/** The right edge of a log and of its Merkle tree. */
export interface Head {
  readonly size: number;
  /** 32 bytes. The root of the empty tree is SHA-256 of nothing. */
  readonly root: Uint8Array;
  /** Hashes of the full subtrees that make up the tree, left to right, 32 bytes each: enough to extend it. */
  readonly frontier: Uint8Array;
  /** `recordedAt` of the last event; 0 for an empty log. */
  readonly recordedAt: Micros;
}

/** Hash of a full subtree of the Merkle tree that covers leaves `[index << level, (index + 1) << level)`. */
export interface TreeNode {
  /** 8, 16, 24 …: the tops of complete tiles. Level 0 is kept with the events. */
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** An addition to one log: consecutive events, and the tree after them. `recordedAt` increases strictly. */
export interface Append {
  readonly organisation: string;
  /** What the log's size is believed to be; the first event has this sequence. */
  readonly expectedSize: number;
  readonly events: SequencedEvents;
  readonly head: Head;
  /** Every node that these events complete, each level's in order of index. */
  readonly nodes: readonly TreeNode[];
}

export interface EventWriter {
  /**
   * Adds to one or several logs, each named once, as one transaction. Once resolved all of it is durable (fsync
   * done), and every read that begins afterwards sees it. On rejection nothing was added, unless the code is
   * `unavailable`, which says that the outcome is unknown: read the heads before trying again. Rejects with
   * `conflict`, naming the organisation, if a log's size is not `expectedSize` or if an `eventID` is in its log
   * already.
   * Calls are carried out one after the other, in the order they were made.
   */
  append(appends: readonly Append[]): Promise<void>;
  /**
   * Which of these ids the log has; the ids of dropped events are forgotten. Ordered with `append`: it sees every append
   * asked for before it. For the one writer, to recognise a repeated draft.
   */
  findExisting(
    organisation: string,
    eventIDs: readonly string[],
  ): Promise<Map<string, StoredEvent>>;
}

/** What remains of one event once its personal parts are gone. */
export interface Erasure {
  readonly sequence: number;
  /** The event without some of its parts. Its id and its times are there; a facet is as it was, or not there. */
  readonly body: string;
}

export interface EventEraser {
  /**
   * Puts these bodies in the place of those kept and removes the salts of the events, everywhere: once resolved, no
   * answer and no file of the store has what was left out, and no answer that began before is still on its way.
   * Places, times and leaf hashes are as they were, so the tree is too. Whatever was removed is not found any more:
   * facets and description are those of the new body. Each event is as it was or erased, never between, also when
   * the process is killed; on rejection some events may be erased, and the same call made again does the rest.
   * Rejects with `invalid`, erasing nothing, when the log never had all of these events; of a dropped one nothing is
   * left to erase. An append that was asked for before is seen.
   */
  erase(organisation: string, erasures: readonly Erasure[]): Promise<void>;
}

/** Events of one log that are old enough to be dropped. */
export interface ExpiredRange extends Range {
  readonly organisation: string;
}

/**
 * Dropping what was kept long enough: the one way in which events go. They go from the beginning of a log, so what it
 * has left is one stretch that ends where the log ends. Hashes stay, so sizes, heads and every proof do.
 */
export interface EventRetention {
  /**
   * What can be dropped because all of it was recorded before an instant: one stretch for each log concerned, from the
   * first event that it has. A store drops in portions of its own making, so not everything that old may be named at
   * once: after a drop there may be more, until the answer is empty.
   */
  expired(recordedBefore: Micros): Promise<readonly ExpiredRange[]>;
  /**
   * Drops what `expired` named. Once resolved no answer and no file of the store has a body, a salt, or anything else
   * by which these events were found, and no answer that began before is still on its way. Each event is there or
   * dropped, never between, also when the process is killed; on rejection some may be dropped, and the same call made
   * again does the rest.
   */
  drop(expired: readonly ExpiredRange[]): Promise<void>;
}

export type Order = 'asc' | 'desc';

/** A question for a page. Order is by `createdAt`, and by `sequence` where that is equal: a total order. */
export interface ListQuery {
  readonly filter: Filter;
  readonly order: Order;
  /** Begin after this place in that order; from the start when absent. */
  readonly after?: Position;
  /** Leave out this many matching events first. */
  readonly skip?: number;
  /** At most this many events, at least 1. */
  readonly limit: number;
  readonly snapshot?: number;
}

/** A stretch of a log by sequence, `[from, to)`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A question for a page as lines. */
export interface LinesQuery extends ListQuery {
  /** About how many bytes are enough, for whoever keeps what he got for a while; half a megabyte when absent. */
  readonly maxBytes?: number;
}

/** How lines leave a store: as they are, or as whole zstd frames one after the other, each with its checksum. */
export type Packing = 'plain' | 'zstd';

/** Consecutive events of a list as NDJSON, perhaps packed: each body, followed by a line feed. */
export interface Lines {
  /** At least one. */
  readonly events: number;
  /** In a buffer of their own, which is the caller's to release. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The last of these events: where the next lines begin after. */
  readonly last: Position;
  /** Whether events of the list follow, beyond its limit too. */
  readonly more: boolean;
}

export interface EventReader {
  head(organisation: string): Promise<Head>;
  get(organisation: string, eventID: string): Promise<StoredEvent | undefined>;
  /** One page, fewer than `limit` events only when no more match. */
  list(organisation: string, query: ListQuery): Promise<readonly StoredEvent[]>;
  /**
   * The same page as the bytes of its bodies, for whoever hands events on without looking at them. Ends early once it
   * has bytes enough; undefined when no event is left. Packed lines are handed on as they are kept, where they are kept
   * so.
   */
  listLines(organisation: string, query: LinesQuery, packing?: Packing): Promise<Lines | undefined>;
  /** How many events match, exactly. */
  count(organisation: string, filter: Filter, snapshot?: number): Promise<number>;
  /**
   * Events of a stretch in sequence order, in batches of at most a thousand or so. Reads ahead at most one batch;
   * stopping early frees everything. `filter` leaves out what does not match.
   */
  scan(organisation: string, range: Range, filter?: Filter): AsyncIterable<readonly StoredEvent[]>;
  /**
   * The first sequence, of the events that are there, whose `recordedAt` is at or after the instant; the log's size when
   * there is none.
   */
  sequenceAt(organisation: string, recordedAt: Micros): Promise<number>;
  /**
   * Each value of a facet among the matching events and how often it stands, most frequent first, then by value in
   * the order of UTF-16 units.
   */
  distinct(
    organisation: string,
    facet: Facet,
    filter?: Filter,
    limit?: number,
  ): Promise<readonly FacetCount[]>;
  /**
   * Hashes of the Merkle tree, 32 bytes each, for the nodes `[from, from + count)` of a level (0, 8, 16 …); shorter
   * when the tree has no more of them. Those of dropped events are among them.
   */
  treeNodes(organisation: string, level: number, from: number, count: number): Promise<Uint8Array>;
  /**
   * What was dropped of a log; undefined when all of it is there. Events are missing from no answer before they are
   * told of here: who asks after the answer knows whether it may lack some.
   */
  dropped(organisation: string): Promise<DroppedPrefix | undefined>;
  /**
   * The same reader for somebody who may leave: once the signal is aborted a store stops what it does for its questions,
   * and begins with none. They reject with `abandoned`, unless they were answered already.
   */
  withSignal(signal: AbortSignal): EventReader;
}

/** The beginning of a log, of which only hashes are left. */
export interface DroppedPrefix {
  /** Events with a lower sequence are dropped, all others are there. */
  readonly before: number;
  /** Bounds of `createdAt` of those that are dropped, both included. */
  readonly earliest: Micros;
  readonly latest: Micros;
}

export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** A whole store. Closing waits for what was accepted; calls after it reject with `unavailable`. */
export interface EventStore extends EventReader, EventWriter, EventEraser, EventRetention {
  close(): Promise<void>;
}
