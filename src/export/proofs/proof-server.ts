import type { Hash } from '../../integrity/hash.ts';
import type { LeafRange } from '../../integrity/multiproof.ts';

/** The keys of a log as its server gives them: texts of verifier keys, of previous ones with the size they go up to. */
interface ServedKeys {
  readonly current: string;
  readonly previous: readonly string[];
  readonly personalPaths: readonly string[];
}

/** Who is asked for proofs. Answers are not believed: whoever uses them checks them. */
export interface ProofServer {
  keys(signal: AbortSignal): Promise<ServedKeys>;
  /** The newest signed checkpoint; or the kept one of that size, `not-found` when none was issued. */
  checkpoint(signal: AbortSignal, size?: number): Promise<string>;
  consistencyProof(from: number, to: number, signal: AbortSignal): Promise<readonly Hash[]>;
  /** The hashes of a multiproof, one behind the other. */
  multiproof(size: number, runs: readonly LeafRange[], signal: AbortSignal): Promise<Uint8Array>;
}
