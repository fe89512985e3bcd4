import { AnnalsError } from '../../core/errors.ts';
import type { Hash } from '../../integrity/hash.ts';

/** A checkpoint that others have seen, or may have. */
export interface IssuedCheckpoint {
  readonly organisation: string;
  readonly size: number;
  readonly root: Hash;
  /** The signed note. */
  readonly message: string;
}

/** The newest checkpoints of several logs without their notes. What belongs to one log has the same index. */
export interface SignedHeads {
  readonly organisations: readonly string[];
  readonly sizes: Float64Array;
  /** 32 bytes each, one behind the other. */
  readonly roots: Uint8Array;
}

/** The signature of a witness for a checkpoint. */
export interface Cosignature {
  /** Name and ID of the witness's key. */
  readonly witness: string;
  /** Its line of the note, with its newline. */
  readonly line: string;
}

/** Up to which size of a log a replaced key is valid. */
export interface Retirement {
  /** The verifier key, as text. */
  readonly key: string;
  readonly organisation: string;
  /** The size of the log's newest checkpoint when the key was replaced. */
  readonly upTo: number;
}

/**
 * Keeps every issued checkpoint for ever: none is changed or removed. It is apart from the events, so that a log that was
 * rolled back can be recognised. `archive.contract.ts` is the suite of the implementations.
 *
 * It grows by at most one entry of some 300 bytes for each event, and by at most one for each log in the interval between
 * two checkpoints.
 */
export interface CheckpointArchive {
  /** The newest checkpoint of a log; undefined when it has none. */
  newest(organisation: string): Promise<IssuedCheckpoint | undefined>;
  /** What the newest checkpoint of each log is of: a few bytes for each, because there may be very many logs. */
  signedHeads(): Promise<SignedHeads>;
  /** The checkpoint of that size. Its note has the log's own signatures, and then the cosignatures added since. */
  find(organisation: string, size: number): Promise<IssuedCheckpoint | undefined>;
  /** Durable once resolved. Rejects with `conflict` when the log has a checkpoint of this size or a larger one. */
  add(checkpoint: IssuedCheckpoint): Promise<void>;
  /**
   * Durable once resolved. A later cosignature of the same witness replaces the one before. Does nothing when there is
   * no such checkpoint.
   */
  cosign(organisation: string, size: number, cosignatures: readonly Cosignature[]): Promise<void>;
  /**
   * Notes for each log with a checkpoint that this key is valid up to the newest one. Durable once resolved. It replaces
   * earlier notes about the key, which had been in use again and signed more.
   */
  retire(key: string): Promise<void>;
  /** All notes about replaced keys. A replaced key without a note for a log never signed that log. */
  retired(): Promise<readonly Retirement[]>;
  /** Waits for everything that was accepted. */
  close(): Promise<void>;
}

/** For an archive that already has a checkpoint of this size or a larger one. */
export function notNewerError({
  organisation,
  size,
}: Pick<IssuedCheckpoint, 'organisation' | 'size'>): AnnalsError {
  return new AnnalsError(
    'conflict',
    `Cannot keep a checkpoint of ${organisation} at size ${size}: there is one of this size or larger`,
  );
}
