/** A log of our own, served without recording that it is read, so that two exports of it are the same. */
import { createPublicKey, hash } from 'node:crypto';
import { checkpointRoutes } from '../../src/api/proofs/checkpoints.ts';
import { proofRoutes } from '../../src/api/proofs/proofs.ts';
import { appOf } from '../../src/api/route.ts';
import { trailRoutes } from '../../src/api/trail/routes.ts';
import type { Draft } from '../../src/core/event.ts';
import {
  formatVerifierKey,
  privateKeyFromSeed,
  signingKey,
  verifierKey,
} from '../../src/integrity/keys.ts';
import { personalPaths } from '../../src/integrity/personal.ts';
import { Checkpoints } from '../../src/ledger/checkpoints/checkpoints.ts';
import { MemoryArchive } from '../../src/ledger/checkpoints/memory-archive.ts';
import { GroupCommit } from '../../src/ledger/group-commit.ts';
import { Sequencer } from '../../src/ledger/sequencing.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';

const organisation = { identity: 'org-1', slug: 'acme', name: 'Acme', createdAt: 0 };
const caller = {
  keyId: 'k',
  keyName: 'k',
  role: 'org-auditor',
  organisation,
  clientIp: undefined,
  userAgent: undefined,
  method: 'GET',
  path: '/',
} as const;

export interface ReadOnlyLog {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** The key by which an export of it is verified. */
  readonly key: string;
}

/** A log of these drafts. The same drafts give the same log. */
export async function openReadOnlyLog(drafts: readonly Draft[]): Promise<ReadOnlyLog> {
  let drawn = 0;
  const random = (bytes: Uint8Array) => {
    drawn += 1;
    bytes.set(hash('sha256', `draw ${drawn}`, 'buffer').subarray(0, bytes.length));
  };
  const clock = () => 1_800_000_000_000_000;
  const reader = createMemoryStore();
  const sequencer = new Sequencer({ clock, random, personalPaths: () => personalPaths() });
  const ledger = new GroupCommit({ store: reader, sequencer, clock });
  await ledger.record(organisation.identity, drafts);
  const privateKey = privateKeyFromSeed(new Uint8Array(32).fill(7));
  const signing = signingKey('annals.test', privateKey);
  const key = formatVerifierKey(verifierKey(signing.name, createPublicKey(privateKey)));
  const archive = new MemoryArchive();
  const checkpoints = new Checkpoints({ reader, archive, key: signing, witnesses: [] });
  const dependencies = {
    reader,
    clock,
    checkpoints,
    verifierKeys: { current: key, previous: () => [], witnesses: [] },
    admit: () => caller,
    recordRead: async () => {},
  };
  const app = appOf([
    ...checkpointRoutes(dependencies),
    ...proofRoutes(dependencies),
    ...trailRoutes(dependencies),
  ]);
  return { fetch: (request) => app.fetch(request), key };
}
