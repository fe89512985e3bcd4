import { type Hash, hashAt } from '../../integrity/hash.ts';
import { MultiproofVerifier } from '../../integrity/multiproof.ts';
import type { ProofLine } from './proof-file.ts';

/** Follows a proof line by line to its root. */
export class TreeCheck {
  readonly #tree: MultiproofVerifier;
  /** How many events there were so far. */
  entries = 0;

  constructor(size: number) {
    this.#tree = new MultiproofVerifier(size);
  }

  /** Throws `corrupt` when the line cannot follow the one before, or has too few hashes. */
  add({ runs, hashes, leaves }: ProofLine): void {
    this.#tree.supply(hashes);
    let index = 0;
    for (const [from, to] of runs) {
      for (let sequence = from; sequence < to; sequence += 1) {
        this.#tree.add(sequence, hashAt(leaves, index));
        index += 1;
      }
    }
    this.entries += index;
  }

  /** To be called once, after the last line. Throws `corrupt` when there were too many or too few hashes. */
  root(): Hash {
    return this.#tree.root();
  }
}
