import { type Hash, hashAt } from '../../integrity/hash.ts';
import { MultiproofVerifier } from '../../integrity/multiproof.ts';
import type { ProofLine } from './proof-file.ts';

/** Follows a proof line by line to the root it leads to. */
export class TreeCheck {
  readonly #tree: MultiproofVerifier;
  /** Events seen so far. */
  entries = 0;

  constructor(size: number) {
    this.#tree = new MultiproofVerifier(size);
  }

  /** Throws `corrupt` when the line cannot follow the one before, or its hashes do not suffice. */
  add({ runs, hashes, leaves }: ProofLine): void {
    this.#tree.supply(hashes);
    let place = 0;
    for (const [from, to] of runs) {
      for (let sequence = from; sequence < to; sequence += 1) {
        this.#tree.add(sequence, hashAt(leaves, place));
        place += 1;
      }
    }
    this.entries += place;
  }

  /** To be asked once, after the last line. Throws `corrupt` when there were too many or too few hashes. */
  root(): Hash {
    return this.#tree.root();
  }
}
