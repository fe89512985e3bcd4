import type { Hash } from '../../integrity/hash.ts';
import type { LeafRange } from '../../integrity/multiproof.ts';

/** The keys of a log as its server gives them: texts of verifier keys; previous ones with the size up to which they count. */
interface ServedKeys {
  readonly current: string;
  readonly previous: readonly string[];
  readonly personalPaths: readonly string[];
}

/** What a record in a log says: that the log was restored from a backup. */
interface ServedRestoration {
  /** The sequence of the record: where the events of the backup end. */
  readonly sequence: number;
  /** RFC 3339: when it was restored, and when the backup was taken. */
  readonly restoredAt: string;
  readonly takenAt: string;
}

/** A server that gives proofs. What it sends is not trusted: the caller checks it. */
export interface ProofServer {
  keys(signal: AbortSignal): Promise<ServedKeys>;
  /** The newest signed checkpoint, or the archived one of that size. Rejects with `not-found` when there is none. */
  checkpoint(signal: AbortSignal, size?: number): Promise<string>;
  /** The newest restorations that the log has records of, the newest first. */
  restorations(signal: AbortSignal): Promise<readonly ServedRestoration[]>;
  consistencyProof(from: number, to: number, signal: AbortSignal): Promise<readonly Hash[]>;
  /** The hashes of a multiproof, one after the other. */
  multiproof(size: number, runs: readonly LeafRange[], signal: AbortSignal): Promise<Uint8Array>;
}
