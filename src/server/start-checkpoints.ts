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
import { formatVerifierKey } from '../integrity/keys.ts';
import { parseKnownKey } from '../integrity/known-key.ts';
import { AnchorQueue } from '../ledger/anchors/anchor-queue.ts';
import type { IssuedCheckpoint } from '../ledger/checkpoints/archive.ts';
import { checkLog } from '../ledger/checkpoints/check-log.ts';
import { Checkpoints } from '../ledger/checkpoints/checkpoints.ts';
import { openSqliteArchive } from '../ledger/checkpoints/sqlite/archive.ts';
import { forEachConcurrent } from '../ledger/for-each-concurrent.ts';
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
  /** Signs what was recorded last, gives anchors a moment to take it, and closes the archive. */
  close(): Promise<void>;
}

/** Logs checked at a time when the server starts. With more, another thread starts, and it is not faster. */
const maxConcurrentChecks = 2;
/** How long a stop waits for anchors. */
const anchorTimeoutMillis = 5_000;

/**
 * Checks every log, then begins to sign the heads of logs that grow. Rejects with `corrupt`, naming the organisation and
 * the event or checkpoint, when a log is not the one that was recorded and signed.
 */
export async function startCheckpoints(
  dependencies: StartCheckpointsDependencies,
): Promise<RunningCheckpoints> {
  const { settings, reader, installation, accounts, metrics, clock, random, log } = dependencies;
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
    const verifierKeys: VerifierKeys = {
      current,
      previous: (organisation) =>
        previous.map((old) => `${old} ${signedUpTo.get(`${organisation} ${old}`) ?? 0}`),
      witnesses: settings.witness.map(formatVerifierKey),
    };
    const newest = await archive.newest();
    await checkLogs({ reader, accounts, newest, keys: verifierKeys });
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
      newest,
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
    for (const { identity } of accounts.organisations()) checkpoints.markGrown(identity);
    // Of an empty log there is nothing to say.
    if ((await reader.head(systemLog.identity)).size > 0) checkpoints.markGrown(systemLog.identity);
    const rounds = setInterval(() => checkpoints.round(), settings.checkpointSeconds * 1_000);
    return {
      checkpoints,
      verifierKeys,
      close: async () => {
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

interface LogsToCheck {
  readonly reader: EventReader;
  readonly accounts: Accounts;
  readonly newest: readonly IssuedCheckpoint[];
  readonly keys: VerifierKeys;
}

/** The logs of all organisations, and all that were ever signed. */
async function checkLogs({ reader, accounts, newest, keys }: LogsToCheck): Promise<void> {
  const signed = new Map(newest.map((checkpoint) => [checkpoint.organisation, checkpoint]));
  const logs = new Set([
    ...accounts.organisations().map(({ identity }) => identity),
    systemLog.identity,
    ...signed.keys(),
  ]);
  const personal = createPersonalPathsLookup(accounts);
  await forEachConcurrent(logs, maxConcurrentChecks, async (organisation) => {
    const slug = accounts.organisation(organisation)?.slug;
    const name = slug === undefined ? organisation : `${slug} (${organisation})`;
    const log = { organisation, name, newest: signed.get(organisation) };
    const known = [keys.current, ...keys.previous(organisation)].map(parseKnownKey);
    const checks = { paths: personal(organisation), keys: known };
    await checkLog(reader, log, checks).catch((cause: unknown) => {
      throw new AnnalsError('corrupt', `Cannot start. ${messageOf(cause)}`, { cause });
    });
  });
}
