import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteAccounts } from '../access/sqlite/accounts.ts';
import { type Micros, systemClock } from '../core/micros.ts';
import { personalPaths } from '../integrity/personal.ts';
import { Checkpoints } from '../ledger/checkpoints/checkpoints.ts';
import { openSqliteArchive } from '../ledger/checkpoints/sqlite/archive.ts';
import { dropRecord } from '../ledger/drop-records.ts';
import { erasePerson } from '../ledger/erase-person.ts';
import { GroupCommit } from '../ledger/group-commit.ts';
import { Sequencer } from '../ledger/sequencing.ts';
import {
  accountsFile,
  archiveFile,
  databases,
  newestCheckpointsFile,
} from '../server/databases.ts';
import { loadSigningKey, signingKeyFile } from '../server/signing-key.ts';
import { DataDirectory } from '../store/segmented/data-directory.ts';
import { openSegmentedStore, type SegmentedStore } from '../store/segmented/store.ts';
import { readStoreFile } from '../store/segmented/store-file.ts';
import type { BackupOptions } from './take-backup.ts';

const random = (bytes: Uint8Array) => void randomFillSync(bytes);

/** A data directory as a server fills it, in small segments and without HTTP. */
export interface Trail extends AsyncDisposable {
  readonly data: string;
  readonly store: SegmentedStore;
  /** Records so many events of a log; every one of them is of Noor, who has an address. */
  record(organisation: string, count: number): Promise<void>;
  /** Waits until all segments that are full are sealed. */
  seal(): Promise<void>;
  /** The signed checkpoint of a log as it is now. */
  checkpoint(organisation: string): Promise<string>;
  /** Notes that a key is replaced, as a server does that starts with another one. */
  replaceKey(key: string): Promise<void>;
  /** Erases the personal fields of all events of a log so far. */
  erase(organisation: string): Promise<void>;
  /** Drops all sealed events of a log so far. */
  drop(organisation: string): Promise<void>;
  close(): Promise<void>;
}

const organisations = ['org-a', 'org-b'];
export const address = '<noor@example.com>';

export async function openTrail(data: string, segmentEvents = 100): Promise<Trail> {
  const store = await openSegmentedStore({ directory: data, readers: 1, segmentEvents, databases });
  const { installation } = store;
  const accounts = await openSqliteAccounts({ file: join(data, accountsFile), installation });
  const archive = await openSqliteArchive({
    file: join(data, archiveFile),
    copy: join(data, newestCheckpointsFile),
    installation,
  });
  for (const [nth, identity] of organisations.entries()) {
    if (accounts.organisation(identity) !== undefined) continue;
    const slug = identity.slice(4);
    await accounts.addOrganisation({ identity, slug, name: slug, createdAt: nth + 1 });
  }
  const location = { data, file: undefined, name: 'audit.example.com' };
  const { key } = await loadSigningKey(location, {
    accounts,
    random,
    onReplaced: (old) => archive.retire(old),
  });
  await store.registerDatabases();
  const clock = systemClock;
  const paths = personalPaths();
  const sequencer = new Sequencer({ clock, random, personalPaths: () => paths });
  const ledger = new GroupCommit({ store, sequencer, clock });
  const checkpoints = new Checkpoints({ reader: store, archive, key, witnesses: [] });
  const close = async () => {
    await ledger.close();
    await accounts.close();
    await archive.close();
    await store.close();
  };
  return {
    data,
    store,
    async record(organisation, count) {
      const drafts = Array.from({ length: count }, (_, n) => ({
        action: 'vault.open',
        userIdentity: 'usr-noor',
        user: { email: address },
        details: { n },
      }));
      for (let from = 0; from < count; from += 50) {
        await ledger.record(organisation, drafts.slice(from, from + 50));
      }
    },
    async seal() {
      const isActive = ({ kind }: { kind: string }) => kind === 'active';
      // It waits for the sealing under way.
      do await store.expired(0);
      while (readStoreFile(new DataDirectory(data)).live.filter(isActive).length > 1);
    },
    checkpoint: async (organisation) => (await checkpoints.current(organisation)).message,
    replaceKey: (old) => archive.retire(old),
    async erase(organisation) {
      const { size: snapshot } = await store.head(organisation);
      const person = { organisation, userIdentity: 'usr-noor', snapshot, paths };
      await erasePerson({ reader: store, eraser: store }, person);
    },
    async drop(organisation) {
      const now: Micros = clock() + 1_000_000;
      const expired = await store.expired(now);
      const ranges = expired.filter((range) => range.organisation === organisation);
      for (const range of ranges) await ledger.record(organisation, [dropRecord(range, now)]);
      await store.drop(expired);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** How the backups of a trail are taken, without what a test says. */
export const backupOptions = (
  place: string,
  change: Partial<BackupOptions> = {},
): BackupOptions => ({
  data: join(place, 'data'),
  dataFiles: { archive: archiveFile, accounts: accountsFile, signingKey: signingKeyFile },
  directory: join(place, 'backups'),
  version: '0.0.0',
  clock: systemClock,
  signal: new AbortController().signal,
  ...change,
});

/** A directory for one test. */
export function temporaryPlace(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'annals-backup-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
