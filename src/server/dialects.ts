import { Hono } from 'hono';
import type { MountedDialect } from '../api/mounts.ts';
import { type TokenRouteDependencies, tokenRoutes } from '../api/token.ts';
import { trailRoutes } from '../api/trail/routes.ts';
import { createCockroachdbServer } from '../dialects/cockroachdb/server.ts';
import type { DialectServer } from '../dialects/dialect.ts';
import { thalassaReader } from '../dialects/thalassa/reader.ts';
import { createUpcloudServer } from '../dialects/upcloud/server.ts';
import type { DialectName } from './dialect-addresses.ts';
import type { Settings } from './settings.ts';

/** The dialects the server speaks and where. */
export function mountedDialects(
  settings: Settings,
  token: TokenRouteDependencies,
): readonly MountedDialect[] {
  const upcloud = createUpcloudServer();
  const cockroachdb = createCockroachdbServer({
    requestsPerSecond: settings.cockroachdbRequestsPerSecond,
    startingFrom: settings.cockroachdbStartingFrom,
    ...(settings.cockroachdbPayload !== 'version' && { payload: settings.cockroachdbPayload }),
  });
  const { dialects } = settings;
  const vendors: readonly (MountedDialect & { readonly name: DialectName })[] = [
    { name: 'thalassa', paths: [], server: thalassaOnlyServer(token) },
    { name: 'upcloud', paths: ['/1.3'], server: upcloud },
    { name: 'cockroachdb', paths: ['/api/v1/auditlogevents'], server: cockroachdb },
  ];
  return [
    ...vendors.flatMap(({ name, ...mounted }) => {
      const places = dialects.get(name);
      return places === undefined ? [] : [{ ...mounted, ...places }];
    }),
    { paths: ['/oidc/token'], server: () => tokenRoutes(token) },
    { paths: ['/v1/audit'], server: trailRoutes },
  ];
}

/**
 * Thalassa's API and nothing but its fields, for a host or prefix of its own. Its usual paths are answered in our own
 * dialect, which is Thalassa's with additions.
 */
function thalassaOnlyServer(token: TokenRouteDependencies): DialectServer {
  return (parts) => {
    const endpoint = tokenRoutes(token);
    const list = trailRoutes({ ...parts, reader: thalassaReader(parts.reader) });
    const app = new Hono();
    app.all('/oidc/token', (c) => endpoint.fetch(c.req.raw, c.env));
    app.all('*', (c) => list.fetch(c.req.raw, c.env));
    return app;
  };
}
