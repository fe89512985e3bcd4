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

/** How far a key that was replaced goes in a log. */
export interface Retirement {
  /** The verifier key, as text. */
  readonly key: string;
  readonly organisation: string;
  /** The size of the log's newest checkpoint when the key was replaced. */
  readonly upTo: number;
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
  /**
   * Notes for each log that has a checkpoint that this key goes as far as the newest one. Durable once resolved. What
   * was noted of it before is replaced: the key had come back, and signed more.
   */
  retire(key: string): Promise<void>;
  /** Everything noted of keys that were replaced. A key that is not here for a log never signed it. */
  retired(): Promise<readonly Retirement[]>;
  /** Waits for what was accepted. */
  close(): Promise<void>;
}
