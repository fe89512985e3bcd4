import { ByteWriter } from '../core/byte-writer.ts';
import { packFacets, unpackFacets } from '../core/packed-facets.ts';
import type { SequencedEvent, SequencedEvents } from './event-store.ts';

export const hashBytes = 32;
export const saltBytes = 16;

/** The fields of a sequenced event that are not bytes. */
export type EventScalars = Pick<
  SequencedEvent,
  'sequence' | 'eventID' | 'createdAt' | 'recordedAt' | 'description'
>;

/**
 * Events one after the other in common bytes and arrays. Separate objects and texts would survive several garbage
 * collections before they are on the disk.
 */
export class EventColumns {
  /** Bodies in UTF-8, each followed by a line feed; the one of event n ends at `lineEnds[n]`. */
  readonly lines: ByteWriter;
  readonly lineEnds: number[] = [];
  /** Facets (see `packFacets`); those of event n end at `facetEnds[n]`. */
  readonly facets: ByteWriter;
  readonly facetEnds: number[] = [];
  readonly leafHashes: ByteWriter;
  /** Zeros for an event without a salt, for which there is a 0 in `salted`, else a 1. */
  readonly salts: ByteWriter;
  readonly salted: ByteWriter;
  readonly sequences: number[] = [];
  readonly createdAt: number[] = [];
  readonly recordedAt: number[] = [];
  readonly eventIDs: string[] = [];
  readonly descriptions: (string | undefined)[] = [];

  /** With space for so many events, and for so many bytes of bodies. */
  constructor(events = 1, lineBytes = 2_048) {
    this.lines = new ByteWriter(lineBytes);
    this.facets = new ByteWriter(events * typicalFacetBytes);
    this.leafHashes = new ByteWriter(events * hashBytes);
    this.salts = new ByteWriter(events * saltBytes);
    this.salted = new ByteWriter(events);
  }

  static rangeOf(events: Iterable<SequencedEvent>): EventRange {
    const columns = new EventColumns();
    for (const event of events) {
      columns.lines.text(event.body);
      packFacets(event.facets, columns.facets);
      columns.leafHashes.copy(Buffer.from(event.leafHash), 0, hashBytes);
      columns.addSalt(event.salt && Buffer.from(event.salt));
      columns.add(event);
    }
    return columns.rangeFrom(0);
  }

  get length(): number {
    return this.sequences.length;
  }

  /** The salt of the event that is being written: the bytes from an offset on. */
  addSalt(bytes: Buffer | undefined, start = 0): void {
    if (bytes === undefined) this.salts.copy(noSalt, 0, saltBytes);
    else this.salts.copy(bytes, start, start + saltBytes);
    this.salted.byte(bytes === undefined ? 0 : 1);
  }

  /** Adds an event whose body, facets, leaf hash and salt were just written. */
  add({ sequence, eventID, createdAt, recordedAt, description }: EventScalars): void {
    this.lines.byte(lineFeed);
    this.lineEnds.push(this.lines.at);
    this.facetEnds.push(this.facets.at);
    this.sequences.push(sequence);
    this.createdAt.push(createdAt);
    this.recordedAt.push(recordedAt);
    this.eventIDs.push(eventID);
    this.descriptions.push(description);
  }

  /** Removes the events from an index on. */
  truncate(length: number): void {
    this.lineEnds.length = length;
    this.facetEnds.length = length;
    this.sequences.length = length;
    this.createdAt.length = length;
    this.recordedAt.length = length;
    this.eventIDs.length = length;
    this.descriptions.length = length;
    this.lines.at = this.lineStart(length);
    this.facets.at = this.facetStart(length);
    this.leafHashes.at = length * hashBytes;
    this.salts.at = length * saltBytes;
    this.salted.at = length;
  }

  /** The events from an index to the end. */
  rangeFrom(first: number): EventRange {
    return new EventRange(this, first, this.length - first);
  }

  lineStart(index: number): number {
    return index === 0 ? 0 : this.lineEnds[index - 1]!;
  }

  facetStart(index: number): number {
    return index === 0 ? 0 : this.facetEnds[index - 1]!;
  }

  /** A view, valid until more is added. */
  leafHash(index: number): Buffer {
    return this.leafHashes.bytes.subarray(index * hashBytes, (index + 1) * hashBytes);
  }

  event(index: number): SequencedEvent {
    const { lines, facets, salts, salted } = this;
    const salt = salts.bytes.subarray(index * saltBytes, (index + 1) * saltBytes);
    return {
      sequence: this.sequences[index]!,
      eventID: this.eventIDs[index]!,
      createdAt: this.createdAt[index]!,
      recordedAt: this.recordedAt[index]!,
      description: this.descriptions[index],
      body: lines.bytes.toString('utf8', this.lineStart(index), this.lineEnds[index]! - 1),
      facets: unpackFacets(facets.bytes, this.facetStart(index)),
      leafHash: new Uint8Array(this.leafHash(index)),
      ...(salted.bytes[index] === 1 && { salt: new Uint8Array(salt) }),
    };
  }
}

/** Some events of columns. */
export class EventRange implements SequencedEvents {
  readonly columns: EventColumns;
  readonly first: number;
  readonly length: number;

  constructor(columns: EventColumns, first: number, length: number) {
    this.columns = columns;
    this.first = first;
    this.length = length;
  }

  /** Just after the last of them. */
  get end(): number {
    return this.first + this.length;
  }

  /** Views, each valid until more is added. */
  *leafHashes(): Generator<Uint8Array> {
    for (let index = this.first; index < this.end; index += 1) yield this.columns.leafHash(index);
  }

  *[Symbol.iterator](): Iterator<SequencedEvent> {
    for (let index = this.first; index < this.end; index += 1) yield this.columns.event(index);
  }
}

const typicalFacetBytes = 256;
const lineFeed = 0x0a;
const noSalt = Buffer.alloc(saltBytes);
