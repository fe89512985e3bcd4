import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AccessTokens } from '../access/access-token.ts';
import type { Directory } from '../access/directory.ts';
import { Gate } from '../access/gate.ts';
import { openSqliteDirectory } from '../access/sqlite/directory.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import { pooledRandom } from '../core/random.ts';
import type { Random } from '../core/uuid.ts';
import { createApp } from '../http/app.ts';
import { requestFacts } from '../http/connection.ts';
import { Metrics } from '../http/metrics.ts';
import { GroupCommit } from '../ledger/group-commit.ts';
import { OwnRecords } from '../ledger/own-records.ts';
import { personalOf } from '../ledger/personal-of.ts';
import { Sealing } from '../ledger/sealing.ts';
import { makeDirectory } from '../store/sqlite/make-directory.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import { collectAtRest } from '../threads/collect.ts';
import { startCollecting } from './collecting.ts';
import { mountedDialects } from './dialects.ts';
import { createHttpServer } from './http-server.ts';
import { readOperatorKey, settleOperatorKey } from './operator-key.ts';
import { startProving } from './proving.ts';
import { segmentMicros, startRetaining } from './retaining.ts';
import type { Settings } from './settings.ts';
import { version } from './version.ts';

export interface ServerWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** In place of the network, by which anchors are reached. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface RunningServer {
  /** `http://127.0.0.1:8420` */
  readonly url: string;
  /** The operator's key when it was made at this start; it is not kept in the clear. */
  readonly madeOperatorKey: string | undefined;
  /** By which its checkpoints are verified. */
  readonly verifierKey: string;
  /** Stops taking requests, finishes those under way, and leaves the data closed. */
  stop(): Promise<void>;
}

/** How long a stop waits for requests under way before their connections are cut, in milliseconds. */
const stopPatience = 10_000;

/**
 * From settings to a running server. Throws before anything listens when a part cannot be had, with those that were
 * had closed again.
 */
export async function startServer(settings: Settings, world: ServerWorld): Promise<RunningServer> {
  const { clock, random, log } = world;
  makeDataDirectory(settings.data);
  // What is opened later works with what was opened before, so it is closed first.
  await using opened = new AsyncDisposableStack();
  // What loading the program has left behind would stay through the start: 25 MB.
  collectAtRest();
  const { data, readers, segmentEvents } = settings;
  const store = opened.adopt(
    await openSqliteStore({ directory: data, readers, segmentEvents, ...segmentMicros(settings) }),
    (it) => it.close(),
  );
  const directory = opened.adopt(
    await openSqliteDirectory(join(settings.data, 'annals.db')),
    (it) => it.close(),
  );
  const givenOperatorKey = readOperatorKey(directory, settings.operatorKey);

  const metrics = new Metrics();
  const { fetch = globalThis.fetch } = world;
  const parts = { settings, reader: store, directory, metrics, random, log, fetch };
  const proving = opened.adopt(await startProving(parts), (it) => it.close());
  const { checkpoints, keys: verifierKeys } = proving;
  const sealing = new Sealing({
    clock,
    random: pooledRandom(random),
    personal: personalOf(directory),
  });
  const ledger = opened.adopt(
    new GroupCommit({
      store,
      sealing,
      clock,
      onGrown: (organisation) => checkpoints.grew(organisation),
    }),
    (it) => it.close(),
  );
  const ownRecords = opened.adopt(
    new OwnRecords({
      ledger,
      clock,
      onError: (err) => log.error({ err }, 'a record of our own was lost'),
    }),
    (it) => it.flush(),
  );
  const tokens = new AccessTokens(await tokenSecret(directory, random));
  const gate = new Gate({
    directory,
    tokens,
    clock,
    onRefused: (refused, request) => {
      log.warn({ key: refused.key.id, reason: refused.reason }, 'a key was refused');
      ownRecords.refused(refused, requestFacts(request));
    },
  });
  let stopping = false;
  const app = createApp({
    version,
    reader: store,
    eraser: store,
    ledger,
    checkpoints,
    verifierKeys,
    directory,
    gate,
    ownRecords,
    metrics,
    log,
    clock,
    random,
    dialects: mountedDialects(settings, { gate, tokens, clock }),
    maxBodyBytes: settings.maxBodyBytes,
    maxBatchEvents: settings.maxBatchEvents,
    waitingEvents: () => ledger.waitingEvents,
    ready: () => !stopping,
  });

  const { requestSeconds } = settings;
  const server = createHttpServer({ fetch: app.fetch, requestSeconds });
  const summaries = setInterval(() => ownRecords.tick(), 10_000).unref();
  opened.defer(() => clearInterval(summaries));
  opened.adopt(startCollecting(), (it) => it.close());
  const url = await listen(server, settings);
  opened.defer(() => void server.close());
  // Last, so that a key is not made and kept by a start that fails before anybody has seen it.
  const madeOperatorKey = await settleOperatorKey(directory, givenOperatorKey, world);
  const retaining = { settings, store, ledger, clock, metrics, log };
  opened.adopt(startRetaining(retaining), (it) => it.close());
  const running = opened.move();
  log.info({ url, data: settings.data, version }, 'listening');

  return {
    url,
    madeOperatorKey,
    verifierKey: verifierKeys.current,
    stop: async () => {
      stopping = true;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), stopPatience);
      await closed;
      clearTimeout(cut);
      await running.disposeAsync();
      log.info('stopped');
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EACCES: 'that is not allowed',
  EEXIST: 'something else has that name',
  ENOENT: 'nothing can be made in the directory above',
  ENOTDIR: 'something else has the name of a directory above',
  EPERM: 'that is not allowed',
  EROFS: 'its disk can only be read',
};

function reasonOf({ code = '', message }: NodeJS.ErrnoException): string {
  return reasons[code] ?? (code || message);
}

function makeDataDirectory(path: string): void {
  try {
    makeDirectory(path, 0o700);
  } catch (cause) {
    const reason = reasonOf(cause as NodeJS.ErrnoException);
    const message = `Cannot start: the data directory ${path} cannot be made: ${reason}`;
    throw new AnnalsError('unavailable', message, { cause });
  }
}

function listen(server: Server, { host, port }: Settings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `Cannot listen on ${host}, port ${port}: ${reasonOf(cause)}`;
      reject(new AnnalsError('unavailable', message, { cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}

const tokenSecretName = 'access_token_secret';

/** The secret access tokens are made with; drawn at the first start. */
async function tokenSecret(directory: Directory, random: Random): Promise<Uint8Array> {
  const kept = directory.setting(tokenSecretName);
  if (kept !== undefined) return Buffer.from(kept, 'base64');
  const secret = new Uint8Array(32);
  random(secret);
  await directory.setSetting(tokenSecretName, Buffer.from(secret).toString('base64'));
  return secret;
}
