import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import { AccessTokens } from '../access/access-token.ts';
import type { Directory } from '../access/directory.ts';
import { Gate } from '../access/gate.ts';
import { formatKey, hashSecret, isSecretOf, makeKey, parseKey } from '../access/key.ts';
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
import { openSqliteStore } from '../store/sqlite/store.ts';
import { mountedDialects } from './dialects.ts';
import { startProving } from './proving.ts';
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

/** From settings to a running server. Throws before anything listens when a part cannot be had. */
export async function startServer(settings: Settings, world: ServerWorld): Promise<RunningServer> {
  const { clock, random, log } = world;
  await mkdir(settings.data, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw new AnnalsError(
      'unavailable',
      `Cannot start: ${settings.data} cannot be made (${cause.code})`,
      { cause },
    );
  });
  const store = await openSqliteStore({ directory: settings.data, readers: settings.readers });
  const directory = await openSqliteDirectory(join(settings.data, 'annals.db'));

  const metrics = new Metrics();
  const { fetch = globalThis.fetch } = world;
  const parts = { settings, reader: store, directory, metrics, random, log, fetch };
  const proving = await startProving(parts).catch(async (error) => {
    await store.close();
    await directory.close();
    throw error;
  });
  const { checkpoints, keys: verifierKeys } = proving;
  const sealing = new Sealing({
    clock,
    random: pooledRandom(random),
    personal: personalOf(directory),
  });
  const ledger = new GroupCommit({
    store,
    sealing,
    clock,
    onGrown: (organisation) => checkpoints.grew(organisation),
  });
  const ownRecords = new OwnRecords({
    ledger,
    clock,
    onError: (err) => log.error({ err }, 'a record of our own was lost'),
  });
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

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.headersTimeout = 20_000;
  server.requestTimeout = 120_000;
  server.maxConnections = 10_000;
  const summaries = setInterval(() => ownRecords.tick(), 10_000).unref();
  const close = async () => {
    clearInterval(summaries);
    await ownRecords.flush();
    await ledger.close();
    await proving.close();
    await store.close();
    await directory.close();
  };
  const started = async () => {
    const url = await listen(server, settings);
    // Last, so that a key is not made and kept by a start that fails before anybody has seen it.
    return {
      url,
      madeOperatorKey: await settleOperatorKey(directory, settings.operatorKey, world),
    };
  };
  const { url, madeOperatorKey } = await started().catch(async (error) => {
    server.close();
    await close();
    throw error;
  });
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
      await close();
      log.info('stopped');
    },
  };
}

function listen(server: Server, { host, port }: Settings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE'
          ? 'something listens there already'
          : (cause.code ?? cause.message);
      reject(
        new AnnalsError('unavailable', `Cannot listen on ${host}, port ${port}: ${reason}`, {
          cause,
        }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}

const operatorId = 'operator_key_id';

/**
 * Sees to it that there is one operator's key: the given one, or one made at the first start, which is returned
 * to be shown. A given key takes the place of the one before.
 */
async function settleOperatorKey(
  directory: Directory,
  given: string | undefined,
  { clock, random }: ServerWorld,
): Promise<string | undefined> {
  const known = directory.key(directory.setting(operatorId) ?? '');
  if (given === undefined && known !== undefined) return undefined;
  const key = given === undefined ? makeKey(random) : parseKey(given);
  if (key === undefined) throw new AnnalsError('invalid', 'Cannot read the operator’s key');
  if (known !== undefined && known.id === key.id && isSecretOf(key.secret, known.secretHash)) {
    return undefined;
  }
  const name = "the operator's";
  const secretHash = hashSecret(key.secret);
  await directory.addKey({ id: key.id, role: 'operator', name, secretHash, createdAt: clock() });
  await directory.setSetting(operatorId, key.id);
  if (known !== undefined) await directory.revokeKey(known.id, clock());
  return given === undefined ? formatKey(key) : undefined;
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
