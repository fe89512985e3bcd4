import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { AccessTokens } from '../access/access-token.ts';
import type { Accounts } from '../access/accounts.ts';
import type { Caller } from '../access/caller.ts';
import type { Gate, Principal } from '../access/gate.ts';
import type { Links } from '../access/links.ts';
import type { Passkeys } from '../access/passkeys.ts';
import type { People } from '../access/people.ts';
import type { Permission } from '../access/roles.ts';
import type { Sessions } from '../access/sessions.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import { systemLog } from '../core/organisation.ts';
import type { Random } from '../core/uuid.ts';
import type { DialectDependencies } from '../dialects/dialect.ts';
import {
  callerOf,
  namedOrganisation,
  recordAddress,
  requireNamedOrganisation,
} from '../http/connection.ts';
import type { HttpEnv } from '../http/env.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Quotas } from '../http/quotas.ts';
import type { TrustedProxies } from '../http/trusted-proxies.ts';
import type { Checkpoints } from '../ledger/checkpoints/checkpoints.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OwnRecords } from '../ledger/own-records.ts';
import type { EventEraser, EventReader } from '../store/event-store.ts';
import { erasureRoute } from './admin/erasures.ts';
import { keyRoutes } from './admin/keys.ts';
import { linkRoutes } from './admin/links.ts';
import { meRoute } from './admin/me.ts';
import { membershipRoute } from './admin/memberships.ts';
import { organisationRoutes } from './admin/organisations.ts';
import { passkeyRoutes, passkeySessionRoutes } from './admin/passkeys.ts';
import { peopleRoutes } from './admin/people.ts';
import { searchRoutes } from './admin/searches.ts';
import { sessionRoutes } from './admin/sessions.ts';
import { isFault, nativeErrorResponse } from './errors.ts';
import { DialectMounts, type MountedDialect } from './mounts.ts';
import { operationsRoutes } from './operations.ts';
import { checkpointRoutes, type VerifierKeys } from './proofs/checkpoints.ts';
import { proofRoutes } from './proofs/proofs.ts';
import { tileRoutes } from './proofs/tiles.ts';
import { recordRoute } from './record/record.ts';
import { type ApiRoute, addRoutes, appOf, pathNotFound } from './route.ts';
import { tokenRoute } from './token.ts';
import type { OpenStreams } from './trail/open-streams.ts';
import { trailRoutes } from './trail/routes.ts';

export interface AppDependencies {
  readonly version: string;
  readonly reader: EventReader;
  /** Heads of all logs at once, also of those that are damaged or not checked yet. */
  readonly heads: Pick<EventReader, 'head'>;
  readonly eraser: EventEraser;
  readonly ledger: Ledger;
  readonly checkpoints: Checkpoints;
  readonly verifierKeys: VerifierKeys;
  readonly accounts: Accounts;
  readonly gate: Gate;
  readonly tokens: AccessTokens;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly people: People;
  readonly passkeys: Passkeys;
  readonly ownRecords: OwnRecords;
  readonly metrics: Metrics;
  readonly metricsElsewhere: boolean;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly dialects: readonly MountedDialect[];
  readonly maxBodyBytes: number;
  readonly maxBatchEvents: number;
  readonly quotas?: Quotas;
  /** Without them the client of a request is the peer of its connection. */
  readonly trustedProxies?: TrustedProxies | undefined;
  readonly streams: OpenStreams;
  readonly waitingEvents: () => number;
  readonly isStopping: () => boolean;
  /** Why nothing can be recorded, if that is so. */
  readonly cannotRecord: () => string | undefined;
  /** What is served to browsers beside the API. */
  readonly pages?: Hono<HttpEnv>;
}

/** The whole HTTP interface as one function from request to response. */
export function createApp(dependencies: AppDependencies): Hono<HttpEnv> {
  const { gate, ownRecords, log, metrics } = dependencies;
  const admit = (request: Request, permission: Permission): Caller => {
    const principal = gate.authenticate(request);
    if (readsSystemLog(principal, permission, request)) {
      return callerOf({ ...principal, organisation: systemLog }, request);
    }
    gate.authorize(principal, permission, request);
    const caller = callerOf(principal, request);
    requireNamedOrganisation(caller.organisation, request);
    return caller;
  };
  const dialectDependencies: DialectDependencies = {
    reader: dependencies.reader,
    clock: dependencies.clock,
    admit,
    recordRead: (caller, action, facts) => ownRecords.read(caller, action, facts),
    reportFault: (err, correlationId) => log.error({ err, correlationId }, 'request failed'),
  };

  const app = new Hono<HttpEnv>();
  app.onError((error, c) => {
    if (isFault(error)) {
      log.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    } else if (error instanceof AnnalsError && error.code === 'unavailable') {
      log.warn({ reason: error.message, path: c.req.path }, 'request could not be served');
    }
    return nativeErrorResponse(error);
  });
  app.notFound((c) => pathNotFound(c.req.path));

  app.use(recordAddress(dependencies.trustedProxies));
  app.use(async (c, next) => {
    const began = performance.now();
    await next();
    const { status } = c.res;
    const seconds = (performance.now() - began) / 1_000;
    metrics.requests.inc({ method: methodLabel(c.req.method), status });
    metrics.requestSeconds.observe(seconds);
    if (status === 401 || status === 403) metrics.rejectedCredentials.inc();
    c.res.headers.set('X-Content-Type-Options', 'nosniff');
    // What one key may see is for no cache. Where a response may be kept, its route says so.
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
    // A connection that stays open would bring requests until the stop runs out of time.
    if (dependencies.isStopping()) c.res.headers.set('Connection', 'close');
    log.debug({ method: c.req.method, path: c.req.path, status, seconds }, 'request');
  });

  const routes = literalRoutes({ ...dependencies, ...dialectDependencies });
  const trail = trailRoutes(dialectDependencies, dependencies.streams);
  const sessions = [...passkeySessionRoutes(dependencies), ...sessionRoutes(dependencies)];
  const mounts = new DialectMounts(dependencies.dialects, dialectDependencies);
  mounts.mountHosts(app);
  app.route('/', operationsRoutes({ ...dependencies, routes: [...routes, ...sessions, ...trail] }));
  addRoutes(app, routes);
  // Applications of their own: beside `/v1/audit/:eventID` no route of this one could be found by the fast router.
  for (const [path, ofPath] of [
    ['/v1/audit', trail],
    ['/v1/sessions', sessions],
  ] as const) {
    const pathApp = appOf(ofPath, dialectDependencies.reportFault);
    for (const one of [path, `${path}/*`]) app.all(one, (c) => pathApp.fetch(c.req.raw, c.env));
  }
  mounts.mountPaths(app);
  if (dependencies.pages !== undefined) app.route('/', dependencies.pages);
  return app;
}

/** The native API except reading the trail and signing in: no path here has a parameter where another has a word. */
function literalRoutes(dependencies: AppDependencies & DialectDependencies): readonly ApiRoute[] {
  const accounts = { ...dependencies, reader: dependencies.heads };
  return [
    recordRoute(dependencies),
    ...organisationRoutes(accounts),
    meRoute(dependencies),
    membershipRoute(dependencies),
    ...keyRoutes(accounts),
    ...checkpointRoutes(dependencies),
    ...proofRoutes(dependencies),
    ...tileRoutes(dependencies),
    erasureRoute(dependencies),
    tokenRoute(dependencies),
    ...linkRoutes(accounts),
    ...passkeyRoutes(dependencies),
    ...peopleRoutes(accounts),
    ...searchRoutes(dependencies),
  ];
}

/** Whether this is the operator, who reads the log of the server and names it. */
function readsSystemLog({ account }: Principal, permission: Permission, request: Request): boolean {
  const isRead = permission === 'audit_log:list' || permission === 'audit_log:read';
  return isRead && account.role === 'operator' && namedOrganisation(request) === systemLog.identity;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A client must not be able to create labels. */
function methodLabel(method: string): string {
  return methods.has(method) ? method : 'other';
}
