import { createPublicKey, randomFillSync } from 'node:crypto';
import type { Draft } from '../../core/event.ts';
import { privateKeyFromSeed, signingKey, verifierKey } from '../../integrity/keys.ts';
import { personalPaths } from '../../integrity/personal.ts';
import type { EventStore } from '../../store/event-store.ts';
import { createMemoryStore } from '../../store/memory/store.ts';
import { GroupCommit } from '../group-commit.ts';
import { Sequencer } from '../sequencing.ts';

export const organisation = 'org-1';

const privateKey = privateKeyFromSeed(new Uint8Array(32).fill(1));
export const serverKey = signingKey('audit.example.com', privateKey);
export const serverVerifier = verifierKey(serverKey.name, createPublicKey(privateKey));

/** A store and a way to record events in it. */
export function openLog(store: EventStore = createMemoryStore()) {
  const clock = () => 1_800_000_000_000_000;
  const random = (bytes: Uint8Array) => void randomFillSync(bytes);
  const sequencer = new Sequencer({ clock, random, personalPaths: () => personalPaths() });
  const ledger = new GroupCommit({ store, sequencer, clock });
  return {
    store,
    async record(count: number, draft: Partial<Draft> = {}): Promise<void> {
      const drafts = Array.from({ length: count }, (_, n) => ({
        action: 'test',
        userIdentity: `usr-${n}`,
        user: { name: `User ${n}` },
        ...draft,
      }));
      await ledger.record(organisation, drafts);
    },
  };
}
