import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Accounts } from '../access/accounts.ts';
import type { VerifierKeys } from '../api/proofs/checkpoints.ts';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Clock, second } from '../core/micros.ts';
import { systemLog } from '../core/organisation.ts';
import { randomFraction } from '../core/random.ts';
import type { Random } from '../core/uuid.ts';
import type { Metrics } from '../http/metrics.ts';
import { hashAt, sameHash } from '../integrity/hash.ts';
import { formatVerifierKey, parseVerifierKey } from '../integrity/keys.ts';
import type { KnownKey } from '../integrity/known-key.ts';
import { AnchorQueue } from '../ledger/anchors/anchor-queue.ts';
import type { CheckpointArchive, SignedHeads } from '../ledger/checkpoints/archive.ts';
import { checkLog } from '../ledger/checkpoints/check-log.ts';
import { checkedReader } from '../ledger/checkpoints/checked-reader.ts';
import { Checkpoints } from '../ledger/checkpoints/checkpoints.ts';
import { LogChecks } from '../ledger/checkpoints/log-checks.ts';
import { openSqliteArchive } from '../ledger/checkpoints/sqlite/archive.ts';
import { createPersonalPathsLookup } from '../ledger/personal-paths.ts';
import type { EventReader } from '../store/event-store.ts';
import { anchorOf } from './anchors.ts';
import { archiveFile, newestCheckpointsFile } from './databases.ts';
import type { Settings } from './settings.ts';
import { loadSigningKey } from './signing-key.ts';

export interface StartCheckpointsDependencies {
  readonly settings: Settings;
  readonly reader: EventReader;
  /** The id of the data directory. */
  readonly installation: Uint8Array;
  readonly accounts: Accounts;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly fetch: typeof globalThis.fetch;
}

/** Signs and anchors checkpoints while the server runs. */
export interface RunningCheckpoints {
  readonly checkpoints: Checkpoints;
  readonly verifierKeys: VerifierKeys;
  /** Reads a log once it is checked, and nothing of a damaged one. */
  readonly reader: EventReader;
  /** Checks the logs that are left. Call it once the server listens. */
  checkAll(): void;
  /** Signs what was recorded last, gives anchors a moment to take it, and closes the archive. */
  close(): Promise<void>;
}

/** How long a stop waits for anchors. */
const anchorTimeoutMillis = 5_000;

/**
 * Compares the head of every log with its newest checkpoint, then begins to sign the heads of logs that grow. Rejects with
 * `corrupt`, naming the organisation and the event or checkpoint, when a log does not have the head that was signed, and
 * when the log of the server is damaged. The other logs are checked later.
 */
export async function startCheckpoints(
  dependencies: StartCheckpointsDependencies,
): Promise<RunningCheckpoints> {
  const {
    settings,
    reader: store,
    installation,
    accounts,
    metrics,
    clock,
    random,
    log,
  } = dependencies;
  const location = { data: settings.data, file: settings.signingKey, name: settings.name };
  const archive = await openSqliteArchive({
    file: join(settings.data, archiveFile),
    copy: join(settings.data, newestCheckpointsFile),
    installation,
    acceptLoss: settings.acceptLoss,
    onFinding: (finding) => log.warn(finding),
  });
  try {
    const { key, current, previous } = await loadSigningKey(location, {
      accounts,
      random,
      onReplaced: async (old, next) => {
        await archive.retire(old);
        log.warn({ key: next, instead: old }, 'another key signs checkpoints from now on');
      },
    });
    const signedUpTo = new Map(
      (await archive.retired()).map(({ key, organisation, upTo }) => [
        `${organisation} ${key}`,
        upTo,
      ]),
    );
    const upToOf = (organisation: string, old: string) =>
      signedUpTo.get(`${organisation} ${old}`) ?? 0;
    const currentKey = parseVerifierKey(current);
    const previousKeys = previous.map((old) => ({ old, key: parseVerifierKey(old) }));
    const keysOf = (organisation: string): readonly KnownKey[] => [
      currentKey,
      ...previousKeys.map(({ old, key }) => ({ ...key, upTo: upToOf(organisation, old) })),
    ];
    const verifierKeys: VerifierKeys = {
      current,
      previous: (organisation) => previous.map((old) => `${old} ${upToOf(organisation, old)}`),
      witnesses: settings.witness.map(formatVerifierKey),
    };
    const heads = await archive.signedHeads();
    // The logs of all organisations, and all that were ever signed.
    const organisations = new Set([
      ...accounts.organisations().map(({ identity }) => identity),
      ...heads.organisations,
    ]);
    // Last: when several are damaged, the log of an organisation says more.
    organisations.delete(systemLog.identity);
    organisations.add(systemLog.identity);
    const { changed, grown } = await compareHeads(store, organisations, heads);
    const checks = new LogChecks({
      organisations,
      check: createLogCheck({ store, archive, accounts, keysOf }),
      onDamaged: (organisation, error) => log.error({ organisation }, error.message),
      onFailed: (organisation, error) =>
        log.warn({ organisation, reason: messageOf(error) }, 'a log could not be checked yet'),
    });
    for (const organisation of [...changed, systemLog.identity]) {
      await checks.pending(organisation)?.catch((cause: unknown) => {
        throw new AnnalsError('corrupt', `Cannot start. ${messageOf(cause)}`, { cause });
      });
    }
    const reader = checkedReader(store, checks);
    metrics.addGauge(
      'annals_unchecked_logs',
      'Logs whose end was not checked yet since the server started.',
      () => checks.unchecked,
    );
    metrics.addGauge(
      'annals_damaged_logs',
      'Logs that are not as they were recorded: nothing is read from them or added to them.',
      () => checks.damaged,
    );
    const anchors = settings.anchor.map((text) => anchorOf(text, dependencies.fetch));
    const queues = anchors.map(
      (anchor) =>
        new AnchorQueue(anchor, {
          sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
          random: () => randomFraction(random),
          onPushed: ({ name: anchor }) => {
            metrics.anchoredCheckpoints.inc({ anchor });
            metrics.lastAnchored.set({ anchor }, clock() / second);
          },
          onFailed: ({ name }, error) => {
            metrics.anchorFailures.inc({ anchor: name });
            log.warn({ anchor: name, reason: messageOf(error) }, 'a checkpoint was not anchored');
          },
        }),
    );
    for (const { name } of anchors) metrics.addAnchor(name);
    metrics.addGauges(
      'annals_anchor_waiting_checkpoints',
      'Checkpoints that an anchor does not have yet, at most one of each log, by anchor.',
      ['anchor'],
      () => queues.map(({ name, waiting }) => [{ anchor: name }, waiting]),
    );
    const checkpoints = new Checkpoints({
      reader,
      archive,
      key,
      witnesses: settings.witness,
      onIssued: (checkpoint) => {
        metrics.issuedCheckpoints.inc();
        metrics.lastCheckpoint.set(clock() / second);
        for (const queue of queues) queue.push(checkpoint);
      },
      onFailed: (organisation, error) => {
        metrics.failedCheckpoints.inc();
        log.error({ organisation, err: error }, 'a log could not be signed');
      },
    });
    // The last events before a crash have no checkpoint yet.
    for (const organisation of grown) checkpoints.markGrown(organisation);
    const rounds = setInterval(() => checkpoints.round(), settings.checkpointSeconds * 1_000);
    return {
      checkpoints,
      verifierKeys,
      reader,
      checkAll: () => checks.checkAll(),
      close: async () => {
        await checks.close();
        clearInterval(rounds);
        await checkpoints.round();
        // The round above may have been under way before the last events came.
        await checkpoints.round();
        await Promise.all(queues.map((queue) => queue.close(anchorTimeoutMillis)));
        await archive.close();
      },
    };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

/** Logs with another head than their newest checkpoint says, and logs that grew since it was signed. */
async function compareHeads(
  store: EventReader,
  organisations: Iterable<string>,
  { organisations: signed, sizes, roots }: SignedHeads,
): Promise<{ changed: string[]; grown: string[] }> {
  const indexes = new Map(signed.map((organisation, index) => [organisation, index]));
  const changed: string[] = [];
  const grown: string[] = [];
  for (const organisation of organisations) {
    const { size, root } = await store.head(organisation);
    const index = indexes.get(organisation);
    const signedSize = index === undefined ? 0 : sizes[index]!;
    if (size > signedSize) grown.push(organisation);
    else if (index !== undefined && (size < signedSize || !sameHash(root, hashAt(roots, index)))) {
      changed.push(organisation);
    }
  }
  return { changed, grown };
}

interface LogCheckDependencies {
  readonly store: EventReader;
  readonly archive: CheckpointArchive;
  readonly accounts: Accounts;
  /** The keys by which the checkpoints of a log are verified. */
  readonly keysOf: (organisation: string) => readonly KnownKey[];
}

function createLogCheck({ store, archive, accounts, keysOf }: LogCheckDependencies) {
  const personal = createPersonalPathsLookup(accounts);
  return async (organisation: string): Promise<void> => {
    const slug = accounts.organisation(organisation)?.slug;
    const name = slug === undefined ? organisation : `${slug} (${organisation})`;
    const newest = await archive.newest(organisation);
    const checks = { paths: personal(organisation), keys: keysOf(organisation) };
    await checkLog(store, { organisation, name, newest }, checks);
  };
}
