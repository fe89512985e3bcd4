import { Hono } from 'hono';
import type { HttpEnv } from '../http/env.ts';
import type { Metrics } from '../http/metrics.ts';
import { methodNotAllowed } from './errors.ts';
import { openApiDocument } from './openapi.ts';
import { type ApiRoute, pathNotFound } from './route.ts';

export interface OperationsDependencies {
  readonly version: string;
  /** The routes that the API document describes. */
  readonly routes: readonly ApiRoute[];
  readonly metrics: Metrics;
  /** Whether the metrics have a listener of their own, so that they are not served here. */
  readonly metricsElsewhere: boolean;
  /** Events accepted and not yet on the disk. */
  readonly waitingEvents: () => number;
  /** True from the moment the server is told to stop. */
  readonly isStopping: () => boolean;
  /** Why nothing can be recorded, if that is so. */
  readonly cannotRecord: () => string | undefined;
}

/** For operators and their machines: health, readiness, metrics, and the API document. They need no key. */
export function operationsRoutes(dependencies: OperationsDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const { metrics, waitingEvents } = dependencies;
  metrics.addGauge(
    'annals_waiting_events',
    'Events accepted and not yet on the disk.',
    waitingEvents,
  );
  let document: Promise<string> | undefined;

  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => {
    const message = dependencies.isStopping()
      ? 'The server is stopping'
      : dependencies.cannotRecord();
    return message === undefined ? c.json({ status: 'ready' }) : c.json({ message }, 503);
  });
  app.get('/openapi.json', async (c) => {
    document ??= openApiDocument(dependencies.version, dependencies.routes);
    return c.body(await document, 200, { 'Content-Type': 'application/json' });
  });
  if (!dependencies.metricsElsewhere) app.route('/', metricsRoutes(metrics));
  for (const path of ['/healthz', '/readyz', '/openapi.json']) {
    app.all(path, (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  }
  return app;
}

/** `/metrics` and nothing else, also for a listener of its own. */
export function metricsRoutes(metrics: Metrics): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.notFound((c) => pathNotFound(c.req.path));
  app.get('/metrics', async (c) => {
    const text = await metrics.text();
    return c.body(text, 200, { 'Content-Type': metrics.contentType });
  });
  app.all('/metrics', (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  return app;
}
