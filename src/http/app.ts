import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Caller } from '../access/caller.ts';
import type { Directory } from '../access/directory.ts';
import type { Gate } from '../access/gate.ts';
import type { Permission } from '../access/roles.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';
import type { DialectParts } from '../dialects/dialect.ts';
import { isFault, nativeErrorResponse } from '../dialects/native/errors.ts';
import type { Checkpoints } from '../ledger/checkpoints/checkpoints.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OwnRecords } from '../ledger/own-records.ts';
import type { EventEraser, EventReader } from '../store/event-store.ts';
import { createCheckpoints, type VerifierKeys } from './checkpoints.ts';
import { callerOf, rememberAddress, requireNamedOrganisation } from './connection.ts';
import type { HttpEnv } from './env.ts';
import { createErasures } from './erasures.ts';
import { createIngest } from './ingest.ts';
import { createKeys } from './keys.ts';
import type { Metrics } from './metrics.ts';
import { type MountedDialect, Mounts } from './mounts.ts';
import { createOperations } from './operations.ts';
import { createOrganisations } from './organisations.ts';
import { createProofs } from './proofs.ts';
import { createTiles } from './tiles.ts';

export interface AppParts {
  readonly version: string;
  readonly reader: EventReader;
  readonly eraser: EventEraser;
  readonly ledger: Ledger;
  readonly checkpoints: Checkpoints;
  readonly verifierKeys: VerifierKeys;
  readonly directory: Directory;
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
export function createApp(parts: AppParts): Hono<HttpEnv> {
  const { gate, ownRecords, log, metrics } = parts;
  const admit = (request: Request, permission: Permission): Caller => {
    const principal = gate.recognise(request);
    gate.require(principal, permission, request);
    const caller = callerOf(principal, request);
    requireNamedOrganisation(caller.organisation, request);
    return caller;
  };
  const dialectParts: DialectParts = {
    reader: parts.reader,
    clock: parts.clock,
    admit,
    noteRead: (caller, action, facts) => ownRecords.read(caller, action, facts),
    noteFault: (err, correlationId) => log.error({ err, correlationId }, 'request failed'),
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

  app.use(rememberAddress);
  app.use(async (c, next) => {
    const began = performance.now();
    await next();
    const { status } = c.res;
    const seconds = (performance.now() - began) / 1_000;
    metrics.requests.add(1, { method: knownMethod(c.req.method), status: String(status) });
    metrics.requestSeconds.observe(seconds);
    if (status === 401 || status === 403) metrics.refusedCredentials.add();
    c.res.headers.set('X-Content-Type-Options', 'nosniff');
    // A connection that is kept open would go on bringing requests for as long as a stop has patience.
    if (!parts.ready()) c.res.headers.set('Connection', 'close');
    log.debug({ method: c.req.method, path: c.req.path, status, seconds }, 'request');
  });

  const mounts = new Mounts(parts.dialects, dialectParts);
  mounts.mountHosts(app);
  app.route('/', createOperations(parts));
  app.route('/', createIngest({ ...parts, admit }));
  app.route('/', createOrganisations(parts));
  app.route('/', createKeys(parts));
  const proofParts = { ...parts, ...dialectParts };
  app.route('/', createCheckpoints(proofParts));
  app.route('/', createProofs(proofParts));
  app.route('/', createTiles(proofParts));
  app.route('/', createErasures({ ...parts, admit }));
  mounts.mountPaths(app);
  return app;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Labels must not be the callers' to invent. */
function knownMethod(method: string): string {
  return methods.has(method) ? method : 'other';
}
