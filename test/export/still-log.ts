/** A log of our own, served as it is: nothing is recorded in it for being read, so two exports of it are the same. */
import { createPublicKey, hash } from 'node:crypto';
import { Hono } from 'hono';
import type { Draft } from '../../src/core/event.ts';
import { createNativeServer } from '../../src/dialects/native/server.ts';
import { createCheckpoints } from '../../src/http/checkpoints.ts';
import { createProofs } from '../../src/http/proofs.ts';
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
import { Sealing } from '../../src/ledger/sealing.ts';
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

export interface StillLog {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** By which an export of it is verified. */
  readonly key: string;
}

/** A log of these drafts; the same drafts make the same log. */
export async function stillLog(drafts: readonly Draft[]): Promise<StillLog> {
  let drawn = 0;
  const random = (bytes: Uint8Array) => {
    drawn += 1;
    bytes.set(hash('sha256', `draw ${drawn}`, 'buffer').subarray(0, bytes.length));
  };
  const clock = () => 1_800_000_000_000_000;
  const reader = createMemoryStore();
  const sealing = new Sealing({ clock, random, personal: () => personalPaths() });
  const ledger = new GroupCommit({ store: reader, sealing, clock });
  await ledger.record(organisation.identity, drafts);
  const privateKey = privateKeyFromSeed(new Uint8Array(32).fill(7));
  const signing = signingKey('annals.test', privateKey);
  const key = formatVerifierKey(verifierKey(signing.name, createPublicKey(privateKey)));
  const archive = new MemoryArchive();
  const checkpoints = new Checkpoints({ reader, archive, newest: [], key: signing, witnesses: [] });
  const parts = {
    reader,
    clock,
    checkpoints,
    verifierKeys: { current: key, previous: () => [], witnesses: [] },
    admit: () => caller,
    noteRead: () => undefined,
  };
  const app = new Hono();
  app.route('/', createCheckpoints(parts));
  app.route('/', createProofs(parts));
  app.route('/', createNativeServer(parts));
  return { fetch: (request) => app.fetch(request), key };
}
