import type { Hash } from '../../integrity/hash.ts';

/** A checkpoint that left the house, or may have. */
export interface IssuedCheckpoint {
  readonly organisation: string;
  readonly size: number;
  readonly root: Hash;
  /** The signed note. */
  readonly message: string;
}

/** What a witness said of a checkpoint. */
export interface Cosignature {
  /** Name and ID of the witness's key. */
  readonly witness: string;
  /** Its line of the note, newline included. */
  readonly line: string;
}

/**
 * Keeps every checkpoint that was issued, for good: there is no change and no removal. It lies apart from the events,
 * so that a log that was set back is recognised by it. `archive.contract.ts` is the suite of the implementations.
 *
 * It grows by at most one entry of some 300 bytes for each event, and for each log by one in the time between two
 * checkpoints.
 */
export interface CheckpointArchive {
  /** The newest checkpoint of each log that has one. */
  newest(): Promise<readonly IssuedCheckpoint[]>;
  /** The checkpoint of that size; its note has the cosignatures added since behind the log's own signatures. */
  find(organisation: string, size: number): Promise<IssuedCheckpoint | undefined>;
  /** Durable once resolved. Rejects with `conflict` when the log has a checkpoint of this size or a larger one. */
  add(checkpoint: IssuedCheckpoint): Promise<void>;
  /**
   * Durable once resolved. A later cosignature of the same witness takes the place of the one before. Does nothing
   * when there is no such checkpoint.
   */
  cosign(organisation: string, size: number, cosignatures: readonly Cosignature[]): Promise<void>;
  /** Waits for what was accepted. */
  close(): Promise<void>;
}
