import { Hono } from 'hono';
import { createCockroachdbServer } from '../dialects/cockroachdb/server.ts';
import type { DialectServer } from '../dialects/dialect.ts';
import { createNativeServer } from '../dialects/native/server.ts';
import { createUpcloudServer } from '../dialects/upcloud/server.ts';
import type { MountedDialect } from '../http/mounts.ts';
import { createTokenEndpoint, type TokenParts } from '../http/token.ts';
import { type DialectName, dialectNames } from './dialect-places.ts';
import type { Settings } from './settings.ts';

/** The dialects the server speaks and where. */
export function mountedDialects(settings: Settings, token: TokenParts): readonly MountedDialect[] {
  const servers: Record<DialectName, Omit<MountedDialect, 'hosts' | 'prefixes'>> = {
    thalassa: { paths: ['/v1/audit', '/oidc/token'], server: thalassaServer(token) },
    upcloud: { paths: ['/1.3'], server: createUpcloudServer() },
    cockroachdb: {
      paths: ['/api/v1/auditlogevents'],
      server: createCockroachdbServer({
        requestsPerSecond: settings.cockroachdbRequestsPerSecond,
        startingFrom: settings.cockroachdbStartingFrom,
        ...(settings.cockroachdbPayload !== 'version' && { payload: settings.cockroachdbPayload }),
      }),
    },
  };
  const nowhereElse = { hosts: [], prefixes: [] };
  return dialectNames
    .filter((name) => name === 'thalassa' || settings.dialects.has(name))
    .map((name) => ({ ...servers[name], ...(settings.dialects.get(name) ?? nowhereElse) }));
}

/** Thalassa's API: our own list, which is theirs with additions, and the token endpoint their tool begins with. */
function thalassaServer(token: TokenParts): DialectServer {
  return (parts) => {
    const endpoint = createTokenEndpoint(token);
    const native = createNativeServer(parts);
    const app = new Hono();
    app.all('/oidc/token', (c) => endpoint.fetch(c.req.raw, c.env));
    app.all('*', (c) => native.fetch(c.req.raw, c.env));
    return app;
  };
}
