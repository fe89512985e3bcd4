import type { ReceivedDraft } from '../core/raw-draft.ts';

/** What a producer is told about an accepted request. */
export interface Receipt {
  /** Events that were added. */
  readonly accepted: number;
  /** Drafts that were in the log already, word for word. */
  readonly duplicates: number;
  /** Places of the first and last event of the request, whether added now or before. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** A size of the log that includes every event of the request. */
  readonly checkpointSize: number;
}

/** The only door for writing. */
export interface Ledger {
  /**
   * Records all of these drafts or none, in this order. Once resolved they are durable, visible to every later
   * read, and in the tree. Rejects with `conflict` when an `eventID` is taken by other content, `invalid` naming
   * each bad draft, `too-many-requests` when more is waiting than the disk can take, `unavailable` while closing.
   */
  record(organisation: string, drafts: readonly ReceivedDraft[]): Promise<Receipt>;
  /** Finishes what was accepted, then refuses. */
  close(): Promise<void>;
}
