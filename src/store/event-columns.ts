import { ByteWriter } from '../core/byte-writer.ts';
import { packFacets, unpackFacets } from '../core/packed-facets.ts';
import type { SealedEvent, SealedEvents } from './event-store.ts';

/** What of a sealed event stands in no bytes. */
export interface EventFacts
  extends Pick<
    SealedEvent,
    'sequence' | 'eventID' | 'createdAt' | 'recordedAt' | 'description' | 'leafHash'
  > {
  readonly salt?: Uint8Array | undefined;
}

/**
 * Events one after the other, their texts in common bytes: an object and a text for each would outlive several runs of
 * the collector until they are on the disk.
 */
export class EventColumns {
  /** Bodies in UTF-8, each followed by a line feed; the one of event n ends at `lineEnds[n]`. */
  readonly lines = new ByteWriter(2_048);
  readonly lineEnds: number[] = [];
  /** Facets (see `packFacets`); those of event n end at `facetEnds[n]`. */
  readonly facets = new ByteWriter(512);
  readonly facetEnds: number[] = [];
  readonly facts: EventFacts[] = [];

  static of(events: Iterable<SealedEvent>): EventSlice {
    const columns = new EventColumns();
    for (const event of events) {
      columns.lines.text(event.body);
      packFacets(event.facets, columns.facets);
      columns.add(event);
    }
    return columns.from(0);
  }

  get length(): number {
    return this.facts.length;
  }

  /** Adds an event whose body and facets were just written. */
  add(facts: EventFacts): void {
    this.lines.byte(lineFeed);
    this.lineEnds.push(this.lines.at);
    this.facetEnds.push(this.facets.at);
    this.facts.push(facts);
  }

  /** Takes the events from a place on back. */
  truncate(length: number): void {
    this.lineEnds.length = length;
    this.facetEnds.length = length;
    this.facts.length = length;
    this.lines.at = this.lineStart(length);
    this.facets.at = this.facetStart(length);
  }

  /** The events from a place to the end. */
  from(first: number): EventSlice {
    return new EventSlice(this, first, this.length - first);
  }

  lineStart(index: number): number {
    return index === 0 ? 0 : this.lineEnds[index - 1]!;
  }

  facetStart(index: number): number {
    return index === 0 ? 0 : this.facetEnds[index - 1]!;
  }

  event(index: number): SealedEvent {
    const body = this.lines.bytes.toString(
      'utf8',
      this.lineStart(index),
      this.lineEnds[index]! - 1,
    );
    const facets = unpackFacets(this.facets.bytes, this.facetStart(index));
    const { salt, ...facts } = this.facts[index]!;
    return { ...facts, body, facets, ...(salt !== undefined && { salt }) };
  }
}

/** Some events of columns. */
export class EventSlice implements SealedEvents {
  readonly columns: EventColumns;
  readonly first: number;
  readonly length: number;

  constructor(columns: EventColumns, first: number, length: number) {
    this.columns = columns;
    this.first = first;
    this.length = length;
  }

  /** Just past the last of them. */
  get end(): number {
    return this.first + this.length;
  }

  *[Symbol.iterator](): Iterator<SealedEvent> {
    for (let index = this.first; index < this.end; index += 1) yield this.columns.event(index);
  }
}

const lineFeed = 0x0a;
