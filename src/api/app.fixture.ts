import { createPublicKey, randomFillSync } from 'node:crypto';
import type { Hono } from 'hono';
import { type Logger, pino } from 'pino';
import { AccessTokens } from '../access/access-token.ts';
import { Gate } from '../access/gate.ts';
import { createApiKey, formatKey, hashSecret } from '../access/key.ts';
import { Links } from '../access/links.ts';
import { MemoryAccounts } from '../access/memory-accounts.ts';
import { Passkeys } from '../access/passkeys.ts';
import { People } from '../access/people.ts';
import type { Role } from '../access/roles.ts';
import { Sessions } from '../access/sessions.ts';
import { type Clock, hour, type Micros, minute, systemClock } from '../core/micros.ts';
import type { Organisation } from '../core/organisation.ts';
import type { Random } from '../core/uuid.ts';
import { createCockroachdbServer } from '../dialects/cockroachdb/server.ts';
import { createUpcloudServer } from '../dialects/upcloud/server.ts';
import { addressOf, requestFacts } from '../http/connection.ts';
import type { HttpBindings, HttpEnv } from '../http/env.ts';
import { Metrics } from '../http/metrics.ts';
import type { Quotas } from '../http/quotas.ts';
import type { TrustedProxies } from '../http/trusted-proxies.ts';
import {
  formatVerifierKey,
  privateKeyFromSeed,
  signingKey,
  type VerifierKey,
  verifierKey,
} from '../integrity/keys.ts';
import { Checkpoints } from '../ledger/checkpoints/checkpoints.ts';
import { MemoryArchive } from '../ledger/checkpoints/memory-archive.ts';
import { GroupCommit } from '../ledger/group-commit.ts';
import { OwnRecords } from '../ledger/own-records.ts';
import { createPersonalPathsLookup } from '../ledger/personal-paths.ts';
import { Sequencer } from '../ledger/sequencing.ts';
import type { EventStore } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { createApp } from './app.ts';
import type { MountedDialect } from './mounts.ts';
import { OpenStreams } from './trail/open-streams.ts';

const random: Random = (bytes) => void randomFillSync(bytes);

export interface TestAppOptions {
  readonly clock?: Clock;
  readonly store?: EventStore;
  readonly dialects?: readonly MountedDialect[];
  readonly witnesses?: readonly VerifierKey[];
  readonly log?: Logger;
  readonly quotas?: Quotas;
  readonly trustedProxies?: TrustedProxies;
  readonly publicOrigins?: readonly string[];
}

/** The whole application in memory, for tests: called without a socket, nothing kept. */
export class TestApp {
  readonly clock: Clock;
  readonly store: EventStore;
  readonly accounts = new MemoryAccounts();
  readonly ledger: GroupCommit;
  readonly ownRecords: OwnRecords;
  readonly checkpoints: Checkpoints;
  readonly streams = new OpenStreams({ maxStreams: 8, maxKeyStreams: 3 });
  /** By which checkpoints are verified. */
  readonly verifierKey: VerifierKey;
  /** The application as an HTTP server calls it: with what it hands in beside the request. */
  readonly serve: (request: Request, env: object) => Response | Promise<Response>;
  readonly hono: Hono<HttpEnv>;
  /** Own records that could not be kept. */
  readonly failures: unknown[] = [];
  cannotRecord: string | undefined;
  #organisations = 0;

  constructor({
    clock = systemClock,
    store = createMemoryStore(),
    dialects,
    witnesses = [],
    log = pino({ level: 'silent' }),
    quotas,
    trustedProxies,
    publicOrigins = [],
  }: TestAppOptions = {}) {
    this.clock = clock;
    this.store = store;
    const sequencer = new Sequencer({
      clock,
      random,
      personalPaths: createPersonalPathsLookup(this.accounts),
    });
    this.ledger = new GroupCommit({ store, sequencer, clock });
    this.ownRecords = new OwnRecords({
      ledger: this.ledger,
      clock,
      onOwed: (error) => this.failures.push(error),
      onLost: (records) => this.failures.push(`${records} lost`),
    });
    const privateKey = privateKeyFromSeed(new Uint8Array(32).fill(7));
    const key = signingKey('annals.test', privateKey);
    this.verifierKey = verifierKey(key.name, createPublicKey(privateKey));
    const archive = new MemoryArchive();
    this.checkpoints = new Checkpoints({ reader: store, archive, key, witnesses });
    const tokens = new AccessTokens({ secret: new Uint8Array(32), audience: 'annals.test' });
    const sessions = new Sessions({
      accounts: this.accounts,
      clock,
      random,
      idleMicros: 30 * minute,
      maxMicros: 12 * hour,
    });
    const links = new Links({ accounts: this.accounts, sessions, clock, random });
    const people = new People({ accounts: this.accounts, clock, random });
    const passkeys = new Passkeys({
      accounts: this.accounts,
      clock,
      random,
      serverName: 'annals.test',
      publicOrigins,
    });
    const gate = new Gate({
      accounts: this.accounts,
      tokens,
      sessions,
      links,
      publicOrigins,
      clock,
      addressOf,
      onUnknown: (request) => this.ownRecords.unknownCredential(requestFacts(request)),
      onDenied: (denied, request) => this.ownRecords.accountDenied(denied, requestFacts(request)),
    });
    const app = createApp({
      version: '0.0.0',
      reader: store,
      heads: store,
      eraser: store,
      ledger: this.ledger,
      checkpoints: this.checkpoints,
      verifierKeys: {
        current: formatVerifierKey(this.verifierKey),
        previous: () => [],
        witnesses: witnesses.map(formatVerifierKey),
      },
      accounts: this.accounts,
      gate,
      tokens,
      sessions,
      links,
      people,
      passkeys,
      ownRecords: this.ownRecords,
      metrics: new Metrics(),
      metricsElsewhere: false,
      log,
      clock,
      random,
      dialects: dialects ?? [
        { paths: ['/1.3'], server: createUpcloudServer() },
        { paths: ['/api/v1'], server: createCockroachdbServer() },
      ],
      maxBodyBytes: 1024 * 1024,
      maxBatchEvents: 1_000,
      ...(quotas !== undefined && { quotas }),
      trustedProxies,
      streams: this.streams,
      waitingEvents: () => this.ledger.waitingEvents,
      isStopping: () => false,
      cannotRecord: () => this.cannotRecord,
    });
    this.hono = app;
    this.serve = (request, env) => app.fetch(request, env as HttpBindings);
  }

  async organisation(slug = `org${this.#organisations}`): Promise<Organisation> {
    this.#organisations += 1;
    const identity = `org-${String(this.#organisations).padStart(12, '0')}`;
    const organisation = { identity, slug, name: slug, createdAt: this.clock() };
    await this.accounts.addOrganisation(organisation);
    return organisation;
  }

  /** A new key as text. */
  async key(role: Role, organisation?: Organisation, expiresAt?: Micros): Promise<string> {
    const key = createApiKey(random);
    await this.accounts.addKey({
      id: key.id,
      role,
      name: `${role} key`,
      secretHash: hashSecret(key.secret),
      createdAt: this.clock(),
      ...(organisation !== undefined && { organisation: organisation.identity }),
      ...(expiresAt !== undefined && { expiresAt }),
    });
    return formatKey(key);
  }

  async request(
    method: string,
    path: string,
    { key, body, headers = {} }: TestRequestOptions = {},
  ): Promise<Response> {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    return this.serve(
      new Request(`http://annals.test${path}`, {
        method,
        headers: {
          ...(key !== undefined && { Authorization: `Bearer ${key}` }),
          ...(text !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(text !== undefined && { body: text }),
      }),
      {},
    );
  }

  /** The JSON of a response; throws if its status is another one. */
  async json<T>(
    method: string,
    path: string,
    options: TestRequestOptions = {},
    status = method === 'POST' ? 201 : 200,
  ): Promise<T> {
    const response = await this.request(method, path, options);
    const text = await response.text();
    if (response.status !== status) {
      throw new Error(`${method} ${path}: ${response.status} instead of ${status}: ${text}`);
    }
    return JSON.parse(text) as T;
  }
}

export interface TestRequestOptions {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
