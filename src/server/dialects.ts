import { Hono } from 'hono';
import { createCockroachdbServer } from '../dialects/cockroachdb/server.ts';
import type { DialectServer } from '../dialects/dialect.ts';
import { createNativeServer } from '../dialects/native/server.ts';
import { thalassaReader } from '../dialects/thalassa/reader.ts';
import { createUpcloudServer } from '../dialects/upcloud/server.ts';
import type { MountedDialect } from '../http/mounts.ts';
import { createTokenEndpoint, type TokenParts } from '../http/token.ts';
import type { DialectName } from './dialect-places.ts';
import type { Settings } from './settings.ts';

/** The dialects the server speaks and where. */
export function mountedDialects(settings: Settings, token: TokenParts): readonly MountedDialect[] {
  const upcloud = createUpcloudServer();
  const cockroachdb = createCockroachdbServer({
    requestsPerSecond: settings.cockroachdbRequestsPerSecond,
    startingFrom: settings.cockroachdbStartingFrom,
    ...(settings.cockroachdbPayload !== 'version' && { payload: settings.cockroachdbPayload }),
  });
  const { dialects } = settings;
  const vendors: readonly (MountedDialect & { readonly name: DialectName })[] = [
    { name: 'thalassa', paths: [], server: pureThalassaServer(token) },
    { name: 'upcloud', paths: ['/1.3'], server: upcloud },
    { name: 'cockroachdb', paths: ['/api/v1/auditlogevents'], server: cockroachdb },
  ];
  return [
    ...vendors.flatMap(({ name, ...mounted }) => {
      const places = dialects.get(name);
      return places === undefined ? [] : [{ ...mounted, ...places }];
    }),
    { paths: ['/oidc/token'], server: () => createTokenEndpoint(token) },
    { paths: ['/v1/audit'], server: createNativeServer },
  ];
}

/**
 * Thalassa's API and nothing but its fields, for a host or prefix of its own. Its usual paths are answered in our own
 * dialect, which is Thalassa's with additions.
 */
function pureThalassaServer(token: TokenParts): DialectServer {
  return (parts) => {
    const endpoint = createTokenEndpoint(token);
    const list = createNativeServer({ ...parts, reader: thalassaReader(parts.reader) });
    const app = new Hono();
    app.all('/oidc/token', (c) => endpoint.fetch(c.req.raw, c.env));
    app.all('*', (c) => list.fetch(c.req.raw, c.env));
    return app;
  };
}
