import type { Micros } from '../core/micros.ts';

/** One exported object: the source's own JSON text, untouched but for white space between tokens. */
export interface Entry {
  /** The object as one line of JSON; every name, number and text in it as the source wrote it. */
  readonly text: string;
  /** The source's unique id of the event, for knowing it again. */
  readonly id: string;
  /** When it happened: decides the window, the file and the order. */
  readonly at: Micros;
}

/** A bounded number of entries on their way, and what to do once they are safe elsewhere. */
export interface Batch {
  readonly entries: readonly Entry[];
  /**
   * Where a later run can go on once these entries are safe: opaque to everybody but the source. Absent when the
   * source cannot say.
   */
  readonly position?: string;
}
