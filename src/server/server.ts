import { statSync } from 'node:fs';
import type { Server } from 'node:http';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AccessTokens } from '../access/access-token.ts';
import type { Accounts } from '../access/accounts.ts';
import { Gate } from '../access/gate.ts';
import { Links } from '../access/links.ts';
import { Passkeys } from '../access/passkeys.ts';
import { People } from '../access/people.ts';
import { Sessions } from '../access/sessions.ts';
import { openSqliteAccounts } from '../access/sqlite/accounts.ts';
import { createApp } from '../api/app.ts';
import { metricsRoutes } from '../api/operations.ts';
import { OpenStreams } from '../api/trail/open-streams.ts';
import { AnnalsError, messageOf } from '../core/errors.ts';
import type { Draft } from '../core/event.ts';
import { type Clock, formatInstant, hour, type Micros, minute, second } from '../core/micros.ts';
import { systemLog } from '../core/organisation.ts';
import { pooledRandom } from '../core/random.ts';
import type { Random } from '../core/uuid.ts';
import { addressOf, requestFacts } from '../http/connection.ts';
import { Metrics } from '../http/metrics.ts';
import { Quotas } from '../http/quotas.ts';
import { RequestBudget } from '../http/request-budget.ts';
import { TrustedProxies } from '../http/trusted-proxies.ts';
import { checkedClock } from '../ledger/checked-clock.ts';
import { GroupCommit } from '../ledger/group-commit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { OwnRecords } from '../ledger/own-records.ts';
import { createPersonalPathsLookup } from '../ledger/personal-paths.ts';
import { Sequencer } from '../ledger/sequencing.ts';
import { Ballast } from '../runtime/ballast.ts';
import { createDirectory } from '../runtime/create-directory.ts';
import { collectWhenIdle, startIdleCollection } from '../runtime/idle-collection.ts';
import { refuseBackups, refuseUnfinishedRestore } from '../runtime/unfinished-restore.ts';
import type { EventReader } from '../store/event-store.ts';
import { openSegmentedStore } from '../store/segmented/store.ts';
import { consolePages } from './console-pages.ts';
import { accountsFile, databases } from './databases.ts';
import { DeniedKeysLog } from './denied-keys-log.ts';
import { mountedDialects } from './dialects.ts';
import { addGauges } from './gauges.ts';
import { createHttpServer } from './http-server.ts';
import { type CreatedOperatorKey, ensureOperatorKey, readOperatorKey } from './operator-key.ts';
import { segmentMicros, startRetention } from './retention.ts';
import type { ListenAddress, Settings } from './settings.ts';
import { startCheckpoints } from './start-checkpoints.ts';
import { certificateFacts, openTls, warnOfPlainHttp } from './start-tls.ts';
import type { TlsIdentity } from './tls-identity.ts';
import { version } from './version.ts';

export interface ServerWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Instead of how long the machine has been up. */
  readonly uptime?: Clock;
  /** Instead of the network, by which anchors are reached. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface RunningServer {
  /** `http://127.0.0.1:8420`, with https if it speaks TLS. */
  readonly url: string;
  /** `http://127.0.0.1:9464/metrics`, if metrics have a listener of their own. */
  readonly metricsUrl: string | undefined;
  /** The operator's key if this start created it. */
  readonly createdOperatorKey: CreatedOperatorKey | undefined;
  /** The key by which its checkpoints are verified. */
  readonly verifierKey: string;
  /** Looks at the TLS files now. Never rejects. */
  reload(): Promise<void>;
  /** Stops taking requests, finishes those under way, and closes the data. */
  stop(): Promise<void>;
}

/** How long a stop waits for requests under way before it cuts their connections. */
const stopTimeoutMillis = 10_000;

/**
 * From settings to a running server. If something cannot be opened, it throws before anything listens, and closes what
 * it has opened.
 */
export async function startServer(settings: Settings, world: ServerWorld): Promise<RunningServer> {
  const { clock, random, log } = world;
  const tlsFiles = await openTls(settings);
  createDataDirectory(settings.data);
  refuseBackups(settings.data);
  refuseUnfinishedRestore(settings.data);
  warnOfOpenDirectory(settings.data, log);
  // What is opened later uses what was opened before, so it is closed first.
  await using opened = new AsyncDisposableStack();
  // The garbage of loading the program would stay through the start: 25 MB.
  collectWhenIdle();
  const { data, readers, segmentEvents, acceptLoss } = settings;
  const store = opened.adopt(
    await openSegmentedStore({
      directory: data,
      readers,
      segmentEvents,
      acceptLoss,
      databases,
      ...segmentMicros(settings),
    }),
    (it) => it.close(),
  );
  for (const { file, problem } of store.findings) log.warn({ file }, `${file} ${problem}`);
  const { installation } = store;
  const ballast = new Ballast(join(data, 'ballast'));
  ballast.restore();
  const accounts = opened.adopt(
    await openSqliteAccounts(
      { file: join(data, accountsFile), installation },
      { retryOnFullDisk: (work) => ballast.use(work) },
    ),
    (it) => it.close(),
  );
  const givenOperatorKey = readOperatorKey(accounts, settings.operatorKey);

  const metrics = new Metrics();
  metrics.addProcess();
  const { fetch = globalThis.fetch } = world;
  const { checkpoints, verifierKeys, reader, checkAll } = opened.adopt(
    await startCheckpoints({
      settings,
      reader: store,
      installation,
      accounts,
      metrics,
      clock,
      random,
      log,
      fetch,
    }),
    (it) => it.close(),
  );
  await store.registerDatabases();
  const recordingClock = checkedClock({
    clock,
    uptime: world.uptime ?? (() => uptime() * second),
    lastRecorded: await lastRecorded(store, accounts),
    maxJump: settings.maxClockJump,
    acceptedUntil: settings.acceptClock,
  });
  const sequencer = new Sequencer({
    clock: recordingClock,
    random: pooledRandom(random),
    personalPaths: createPersonalPathsLookup(accounts),
  });
  const ledger = opened.adopt(
    new GroupCommit({
      store: {
        append: (appends) => store.append(appends),
        findExisting: (...query) => store.findExisting(...query),
        head: (organisation) => reader.head(organisation),
      },
      sequencer,
      clock: recordingClock,
      onGrown: (organisation) => checkpoints.markGrown(organisation),
    }),
    (it) => it.close(),
  );
  if (store.restoration !== undefined) {
    await recordRestored(store.restoration, accounts, ledger, log);
    await endAccessOfBackup(accounts, clock());
    await store.forgetRestoration();
  }
  const ownRecords = opened.adopt(
    new OwnRecords({
      ledger: { record: (...request) => ballast.use(() => ledger.record(...request)) },
      clock,
      refuseUnrecorded: settings.unrecordedReads === 'refuse',
      onOwed: (err) => log.error({ err }, 'our own records wait until they can be recorded'),
      onSettled: () => log.warn('our own records that had to wait are recorded'),
      onLost: (records) => {
        metrics.lostOwnRecords.inc(records);
        log.error({ records }, 'records of our own are lost');
      },
    }),
    (it) => it.flush(),
  );
  // Drawn at each start, so that no file has it: tokens end with the server, and clients ask for others.
  const secret = new Uint8Array(32);
  random(secret);
  const tokens = new AccessTokens({ secret, audience: settings.name });
  const deniedKeys = opened.adopt(new DeniedKeysLog(log), (it) => it.flush());
  const budget = new RequestBudget({
    maxBytes: settings.maxBodiesBytes,
    maxKeyBytes: settings.maxKeyBodiesBytes,
    maxKeyRequests: settings.maxKeyRequests,
  });
  metrics.addGauge(
    'annals_request_body_bytes',
    'Bytes of request bodies that are in memory, or announced to come.',
    () => budget.bytes,
  );
  const sessions = new Sessions({
    accounts,
    clock,
    random,
    idleMicros: settings.sessionIdleMinutes * minute,
    maxMicros: settings.sessionHours * hour,
  });
  const links = new Links({ accounts, sessions, clock, random });
  const people = new People({ accounts, clock, random });
  const publicOrigins = settings.publicUrl;
  const passkeys = new Passkeys({
    accounts,
    clock,
    random,
    serverName: settings.name,
    publicOrigins,
  });
  const gate = new Gate({
    accounts,
    tokens,
    sessions,
    links,
    publicOrigins,
    clock,
    addressOf,
    onGuessing: (address) => log.warn({ address }, 'an address sends too many wrong credentials'),
    onUnknown: (request) => ownRecords.unknownCredential(requestFacts(request)),
    onAdmitted: (key, request) => budget.assign(request, key.id, key.organisation),
    onDenied: (denied, request) => {
      deniedKeys.add(denied);
      ownRecords.accountDenied(denied, requestFacts(request));
    },
  });
  const cannotRecord = () => {
    if (ledger.failure !== undefined) return ledger.failure;
    if (ballast.isGivenUp) return diskNearlyFull;
    return ownRecords.isOwing ? 'Reads and denials of keys cannot be recorded' : undefined;
  };
  const quotas = new Quotas(settings, clock, (kind) => metrics.refusedByQuota.inc(kind));
  quotas.restore(accounts.setting(quotaUse) ?? '[]');
  opened.defer(() => saveQuotaUse(quotas, accounts, log));
  addGauges({ metrics, data, store, ledger, ownRecords, cannotRecord });
  const streams = new OpenStreams({ maxStreams: 200, maxKeyStreams: 20 });
  metrics.addGauge(
    'annals_open_streams',
    'Streams of events that clients have open.',
    () => streams.size,
  );
  let stopping = false;
  const app = createApp({
    version,
    reader,
    heads: store,
    eraser: store,
    ledger: leavingBallast(ledger, ballast),
    checkpoints,
    verifierKeys,
    accounts,
    gate,
    tokens,
    sessions,
    links,
    people,
    passkeys,
    ownRecords,
    metrics,
    metricsElsewhere: settings.metricsAddress !== undefined,
    log,
    clock,
    random,
    dialects: mountedDialects(settings, { gate, tokens, clock }),
    maxBodyBytes: settings.maxBodyBytes,
    maxBatchEvents: settings.maxBatchEvents,
    quotas,
    streams,
    waitingEvents: () => ledger.waitingEvents,
    isStopping: () => stopping,
    cannotRecord,
    ...(settings.console === 'on' && { pages: consolePages() }),
    trustedProxies:
      settings.trustedProxy.length === 0 ? undefined : new TrustedProxies(settings.trustedProxy),
  });

  const { requestSeconds, exportSeconds, metricsAddress } = settings;
  const http = { requestSeconds, exportSeconds, budget };
  const tls = tlsFiles?.use({
    log,
    clock,
    onReplaced: (identity) => {
      const description = 'The server uses another TLS certificate';
      const details = certificateFacts(identity);
      void ownRecords.system({ action: 'server.certificate', description, details });
    },
    onFailedHandshake: () => metrics.failedHandshakes.inc(),
  });
  if (tls !== undefined) {
    opened.adopt(tls, (it) => it.close());
    metrics.addGauge(
      'annals_tls_certificate_expires_timestamp_seconds',
      'When the certificate that new connections get expires.',
      () => tls.identity.validTo / second,
    );
  }
  const server = createHttpServer({ fetch: app.fetch, ...http, tls });
  let metricsUrl: string | undefined;
  if (metricsAddress !== undefined) {
    const { fetch } = metricsRoutes(metrics);
    const metricsServer = opened.adopt(createHttpServer({ fetch, ...http }), (it) => {
      it.close();
      it.closeAllConnections();
    });
    metricsUrl = `${await listen(metricsServer, metricsAddress)}/metrics`;
  }
  const summaries = setInterval(() => {
    ballast.restore();
    ownRecords.tick();
    deniedKeys.flush();
  }, 10_000).unref();
  opened.defer(() => clearInterval(summaries));
  const savings = setInterval(() => void saveQuotaUse(quotas, accounts, log), 60_000).unref();
  opened.defer(() => clearInterval(savings));
  opened.adopt(startIdleCollection(), (it) => it.close());
  const url = await listen(server, settings, tls === undefined ? 'http' : 'https');
  if (tls === undefined) warnOfPlainHttp(server, log);
  opened.defer(() => void server.close());
  // Last: a start that fails must not store a key that nobody has seen.
  const createdOperatorKey = await ensureOperatorKey(accounts, givenOperatorKey, {
    data,
    ...world,
  });
  const retention = { settings, store, reader, ledger, clock: recordingClock, metrics, log };
  opened.adopt(startRetention(retention), (it) => it.close());
  await ownRecords.system(startRecord(settings, verifierKeys.current, tls?.identity));
  // It has the record of this start, so every anchor is tried now, and not only when the next event comes.
  if (settings.anchor.length > 0) checkpoints.current(systemLog.identity).catch(() => {});
  checkAll();
  const running = opened.move();
  log.info({ url, data: settings.data, version }, 'listening');

  return {
    url,
    metricsUrl,
    createdOperatorKey,
    verifierKey: verifierKeys.current,
    reload: async () => {
      if (tls === undefined) log.info('nothing is read again: this server has no TLS files');
      else await tls.reload();
    },
    stop: async () => {
      stopping = true;
      streams.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      tls?.closeHandshakes();
      const cut = setTimeout(() => server.closeAllConnections(), stopTimeoutMillis);
      await closed;
      clearTimeout(cut);
      void ownRecords.system({ action: 'server.stop', description: 'The server stops' });
      await running.disposeAsync();
      log.info('stopped');
    },
  };
}

/** The setting of the accounts that has what was used of the quotas of a day. */
const quotaUse = 'quota_use';

/** So a restart does not give a whole day's quota again. What a kill forgets is that of the last minute. */
async function saveQuotaUse(quotas: Quotas, accounts: Accounts, log: Logger): Promise<void> {
  const use = quotas.save();
  if (use === undefined) return;
  await accounts.setSetting(quotaUse, use).catch((error: unknown) => {
    log.warn({ reason: messageOf(error) }, 'what was used of the quotas of a day is not saved');
  });
}

/** Before anything else is recorded, so that the record in each log is where the backup ends. */
async function recordRestored(
  text: string,
  accounts: Accounts,
  ledger: Ledger,
  log: Logger,
): Promise<void> {
  const { parseRestoration, recordRestoration } = await import('../ledger/restoration.ts');
  const restoration = parseRestoration(text);
  const organisations = accounts.organisations().map(({ identity }) => identity);
  await recordRestoration(restoration, organisations, ledger);
  const { backup, takenAt, lost } = restoration;
  log.warn(
    { backup, takenAt, lost },
    'the data directory was restored from a backup: what was recorded after it is lost',
  );
}

/**
 * A backup does not know who was signed out after it, nor which links were opened or revoked. So its sessions end, and its
 * links that still open.
 */
async function endAccessOfBackup({ collections }: Accounts, now: Micros): Promise<void> {
  const { sessions, links } = collections;
  for (const { id } of [...sessions.values()]) await sessions.remove(id);
  for (const link of [...links.values()]) {
    if (link.usedAt === undefined) await links.end({ ...link, revokedAt: link.revokedAt ?? now });
  }
}

/** That the server starts, and how it protects what it has. Nothing of it is a secret. */
function startRecord(
  settings: Settings,
  verifierKey: string,
  tlsIdentity: TlsIdentity | undefined,
): Draft {
  const { unrecordedReads, maxClockJump, acceptLoss, acceptClock, retention } = settings;
  return {
    action: 'server.start',
    description: 'The server starts',
    details: {
      version,
      verifierKey,
      unrecordedReads,
      acceptLoss,
      maxClockJumpSeconds: maxClockJump / second,
      ...(acceptClock !== undefined && { acceptClock: formatInstant(acceptClock) }),
      ...(retention !== undefined && { retentionSeconds: retention / second }),
      // Their addresses may have secrets.
      anchors: settings.anchor.length,
      witnesses: settings.witness.map(({ name }) => name),
      metricsElsewhere: settings.metricsAddress !== undefined,
      trustedProxies: settings.trustedProxy,
      tls: tlsIdentity !== undefined && certificateFacts(tlsIdentity),
    },
  };
}

const diskNearlyFull = 'The disk is full; what is left is for revoked keys and our own records';

/** A ledger for producers: what the ballast has left on a full disk is not for them. */
function leavingBallast(ledger: Ledger, ballast: Ballast): Ledger {
  return {
    record: async (...request) => {
      if (!ballast.isGivenUp) return ledger.record(...request);
      throw new AnnalsError('unavailable', `Cannot record: ${diskNearlyFull}`);
    },
    close: () => ledger.close(),
  };
}

/** `recordedAt` of the last event of all organisations; 0 when there is none. */
async function lastRecorded(reader: EventReader, accounts: Accounts): Promise<Micros> {
  let last = 0;
  for (const { identity } of [systemLog, ...accounts.organisations()]) {
    last = Math.max(last, (await reader.head(identity)).recordedAt);
  }
  return last;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something already listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EACCES: 'that is not allowed',
  EEXIST: 'something else has that name',
  ENOENT: 'nothing can be created in the directory above',
  ENOTDIR: 'something else has the name of a directory above',
  EPERM: 'that is not allowed',
  EROFS: 'its disk is read-only',
};

function reasonOf({ code = '', message }: NodeJS.ErrnoException): string {
  return reasons[code] ?? (code || message);
}

/** Its files are private to their owner; but a file can be replaced by everybody who may write to its directory. */
function warnOfOpenDirectory(data: string, log: Logger): void {
  const mode = statSync(data).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  const shown = mode.toString(8).padStart(4, '0');
  const others = (mode & 0o022) === 0 ? 'read' : 'change';
  log.warn(
    { data, mode: shown },
    `others may ${others} the data directory (its mode is ${shown}): run chmod 700 ${data}`,
  );
}

function createDataDirectory(path: string): void {
  try {
    createDirectory(path);
  } catch (cause) {
    const reason = reasonOf(cause as NodeJS.ErrnoException);
    const message = `Cannot start: the data directory ${path} cannot be created: ${reason}`;
    throw new AnnalsError('unavailable', message, { cause });
  }
}

function listen(
  server: Server,
  { host, port }: ListenAddress,
  protocol: 'http' | 'https' = 'http',
): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `Cannot listen on ${host}, port ${port}: ${reasonOf(cause)}`;
      reject(new AnnalsError('unavailable', message, { cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`${protocol}://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}
