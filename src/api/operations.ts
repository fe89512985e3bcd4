import { Hono } from 'hono';
import type { Metrics } from '../http/metrics.ts';
import { methodNotAllowed } from './errors.ts';
import { openApiDocument } from './openapi.ts';

export interface OperationsRouteDependencies {
  readonly version: string;
  readonly metrics: Metrics;
  /** Events accepted and not yet on the disk. */
  readonly waitingEvents: () => number;
  /** Whether requests are welcome: false from the moment the server is told to stop. */
  readonly ready: () => boolean;
}

/** What operators and their machines ask: alive, ready, numbers, and the description of the API. No key needed. */
export function operationsRoutes(dependencies: OperationsRouteDependencies): Hono {
  const app = new Hono();
  const description = JSON.stringify(openApiDocument(dependencies.version));

  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) =>
    dependencies.ready()
      ? c.json({ status: 'ready' })
      : c.json({ message: 'The server is stopping' }, 503),
  );
  app.get('/metrics', (c) => {
    const text = dependencies.metrics.text({
      annals_waiting_events: {
        help: 'Accepted and not yet on the disk.',
        value: dependencies.waitingEvents(),
      },
      process_resident_memory_bytes: { help: 'Resident memory.', value: process.memoryUsage.rss() },
    });
    return c.body(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  app.get('/openapi.json', (c) => c.body(description, 200, { 'Content-Type': 'application/json' }));
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json']) {
    app.all(path, (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  }
  return app;
}
