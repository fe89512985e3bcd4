import type { Micros } from '../core/micros.ts';
import type { Losses } from './losses.ts';

/** An event on its way to the server. */
export interface QueuedEvent {
  readonly text: string;
  readonly bytes: number;
  /** When the application recorded it. */
  readonly at: Micros;
  /** Present when this is the recorder's own event, which reports these losses. */
  readonly reportedLosses?: Losses;
}

interface NumberedEvent {
  readonly event: QueuedEvent;
  readonly number: number;
}

/** The events that wait, oldest first, never more than its limits. */
export class Outbox {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  #waiting: NumberedEvent[] = [];
  #bytes = 0;
  #lastNumber = 0;

  constructor(maxEvents: number, maxBytes: number) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the event queued last; numbers grow by one. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Whether every event up to this number has left. */
  hasSettled(number: number): boolean {
    return (this.#waiting[0]?.number ?? Number.POSITIVE_INFINITY) > number;
  }

  /** Queues an event. Returns false when there is no room for it. */
  offer(event: QueuedEvent): boolean {
    if (this.#waiting.length >= this.#maxEvents) return false;
    if (this.#bytes + event.bytes > this.#maxBytes) return false;
    this.#lastNumber += 1;
    this.#waiting.push({ event, number: this.#lastNumber });
    this.#bytes += event.bytes;
    return true;
  }

  /** The oldest events that fit into one request, at least one if any waits. They stay in the outbox. */
  front(maxEvents: number, maxBytes: number): readonly QueuedEvent[] {
    const front: QueuedEvent[] = [];
    let bytes = 0;
    for (const { event } of this.#waiting) {
      bytes += event.bytes + 1;
      if (front.length >= maxEvents || (front.length > 0 && bytes > maxBytes)) break;
      front.push(event);
    }
    return front;
  }

  /** Removes the events at these indexes, counted from the front. */
  remove(indexes: ReadonlySet<number>): void {
    const kept: NumberedEvent[] = [];
    for (const [index, waiting] of this.#waiting.entries()) {
      if (indexes.has(index)) this.#bytes -= waiting.event.bytes;
      else kept.push(waiting);
    }
    this.#waiting = kept;
  }

  /** Removes this many from the front. */
  removeFront(count: number): void {
    for (const { event } of this.#waiting.splice(0, count)) this.#bytes -= event.bytes;
  }

  /** Removes and returns everything that waits. */
  drain(): readonly QueuedEvent[] {
    const all = this.#waiting.map(({ event }) => event);
    this.removeFront(all.length);
    return all;
  }
}
