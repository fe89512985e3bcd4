import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Accounts } from '../access/accounts.ts';
import type { Caller } from '../access/caller.ts';
import type { Gate } from '../access/gate.ts';
import type { Permission } from '../access/roles.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';
import type { DialectDependencies } from '../dialects/dialect.ts';
import { callerOf, recordAddress, requireNamedOrganisation } from '../http/connection.ts';
import type { HttpEnv } from '../http/env.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Checkpoints } from '../ledger/checkpoints/checkpoints.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OwnRecords } from '../ledger/own-records.ts';
import type { EventEraser, EventReader } from '../store/event-store.ts';
import { erasureRoutes } from './admin/erasures.ts';
import { keyRoutes } from './admin/keys.ts';
import { organisationRoutes } from './admin/organisations.ts';
import { isFault, nativeErrorResponse } from './errors.ts';
import { DialectMounts, type MountedDialect } from './mounts.ts';
import { operationsRoutes } from './operations.ts';
import { checkpointRoutes, type VerifierKeys } from './proofs/checkpoints.ts';
import { proofRoutes } from './proofs/proofs.ts';
import { tileRoutes } from './proofs/tiles.ts';
import { recordRoutes } from './record/record.ts';

export interface AppDependencies {
  readonly version: string;
  readonly reader: EventReader;
  readonly eraser: EventEraser;
  readonly ledger: Ledger;
  readonly checkpoints: Checkpoints;
  readonly verifierKeys: VerifierKeys;
  readonly accounts: Accounts;
  readonly gate: Gate;
  readonly ownRecords: OwnRecords;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly dialects: readonly MountedDialect[];
  readonly maxBodyBytes: number;
  readonly maxBatchEvents: number;
  readonly waitingEvents: () => number;
  readonly ready: () => boolean;
}

/** The whole HTTP interface as one function from request to response. */
export function createApp(dependencies: AppDependencies): Hono<HttpEnv> {
  const { gate, ownRecords, log, metrics } = dependencies;
  const admit = (request: Request, permission: Permission): Caller => {
    const principal = gate.authenticate(request);
    gate.authorize(principal, permission, request);
    const caller = callerOf(principal, request);
    requireNamedOrganisation(caller.organisation, request);
    return caller;
  };
  const dialectParts: DialectDependencies = {
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
  app.notFound((c) =>
    nativeErrorResponse(new AnnalsError('not-found', `There is no ${c.req.path}`)),
  );

  app.use(recordAddress);
  app.use(async (c, next) => {
    const began = performance.now();
    await next();
    const { status } = c.res;
    const seconds = (performance.now() - began) / 1_000;
    metrics.requests.add(1, { method: methodLabel(c.req.method), status: String(status) });
    metrics.requestSeconds.observe(seconds);
    if (status === 401 || status === 403) metrics.rejectedCredentials.add();
    c.res.headers.set('X-Content-Type-Options', 'nosniff');
    // A connection that is kept open would go on bringing requests for as long as a stop has patience.
    if (!dependencies.ready()) c.res.headers.set('Connection', 'close');
    log.debug({ method: c.req.method, path: c.req.path, status, seconds }, 'request');
  });

  const mounts = new DialectMounts(dependencies.dialects, dialectParts);
  mounts.mountHosts(app);
  app.route('/', operationsRoutes(dependencies));
  app.route('/', recordRoutes({ ...dependencies, admit }));
  app.route('/', organisationRoutes(dependencies));
  app.route('/', keyRoutes(dependencies));
  const proofParts = { ...dependencies, ...dialectParts };
  app.route('/', checkpointRoutes(proofParts));
  app.route('/', proofRoutes(proofParts));
  app.route('/', tileRoutes(proofParts));
  app.route('/', erasureRoutes({ ...dependencies, admit }));
  mounts.mountPaths(app);
  return app;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Labels must not be the callers' to invent. */
function methodLabel(method: string): string {
  return methods.has(method) ? method : 'other';
}
