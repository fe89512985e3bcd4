import type { ReceivedDraft } from '../core/raw-draft.ts';

/** What a producer gets for an accepted request. */
export interface Receipt {
  /** Events that were added. */
  readonly accepted: number;
  /** Drafts that the log already has, with the same content. */
  readonly duplicates: number;
  /** Sequences of the first and last event of the request, whether recorded now or before. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** A size of the log that includes every event of the request. */
  readonly checkpointSize: number;
}

/** The only door for writing. */
export interface Ledger {
  /**
   * Records all of these drafts or none, in this order. Once resolved they are durable, visible to every later read,
   * and in the tree. Rejects with `conflict` when an `eventID` belongs to an event with other content, with `invalid`
   * and an issue for each wrong draft, with `too-many-requests` when too many events wait for the disk, with
   * `unavailable` while closing.
   */
  record(organisation: string, drafts: readonly ReceivedDraft[]): Promise<Receipt>;
  /** Records what was accepted. From now on `record` rejects. */
  close(): Promise<void>;
}
