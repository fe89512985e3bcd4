import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, openCheckpoint } from '../../src/integrity/checkpoint.ts';
import { parseVerifierKey } from '../../src/integrity/keys.ts';
import { verifyConsistency } from '../../src/integrity/proof.ts';
import { annals, commandViolation } from './command.ts';
import { Violation } from './problems.ts';
import type { SoakContext, SoakOrganisation } from './soak-context.ts';

/** Keeps the newest checkpoint of a log, and replaces it only when a proof shows that the log has only grown since. */
export class CheckpointWatch {
  readonly #organisation: SoakOrganisation;
  readonly #soak: SoakContext;
  #kept: { readonly message: string; readonly checkpoint: Checkpoint } | undefined;

  constructor(organisation: SoakOrganisation, soak: SoakContext) {
    this.#organisation = organisation;
    this.#soak = soak;
  }

  /** Reads the newest checkpoint and checks its proof. */
  async look(): Promise<void> {
    const { client, figures, verifierKey } = this.#soak;
    const { key } = this.#organisation;
    const message = (await client.getText('/v1/audit/checkpoint', key)).body;
    const { checkpoint } = openCheckpoint(message, [parseVerifierKey(verifierKey)]);
    const kept = this.#kept?.checkpoint;
    if (kept !== undefined) {
      if (checkpoint.size < kept.size) {
        throw new Violation(`A checkpoint of ${checkpoint.size} after one of ${kept.size}`);
      }
      const path = `/v1/audit/proof/consistency?from=${kept.size}&to=${checkpoint.size}`;
      const { body } = await client.get<{ hashes: string[] }>(path, key);
      const proof = body.hashes.map((hash) => Buffer.from(hash, 'base64'));
      if (!verifyConsistency(kept, checkpoint, proof)) {
        throw new Violation(`No consistency between ${this.#kept?.message} and ${message}`);
      }
    }
    this.#kept = { message, checkpoint };
    figures.add('checkpoints proved');
  }

  /** The same with `annals verify --server`, against the earlier checkpoint. */
  async verify(): Promise<void> {
    if (this.#kept === undefined) return;
    const { directory, verifierKey, server } = this.#soak;
    const file = join(directory, 'checkpoints', this.#organisation.slug);
    await writeFile(file, this.#kept.message);
    const args = ['verify', '--server', '--checkpoint', file, '--key', verifierKey, '--json'];
    for (;;) {
      await server.up();
      const { life } = server;
      const outcome = await annals(args, this.#organisation, this.#soak);
      if (outcome.code === 0) return;
      // If the server was killed meanwhile, the result means nothing.
      if (server.life === life) throw commandViolation(args, outcome);
    }
  }
}
