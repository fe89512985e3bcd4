import { membershipRoute } from '../api/admin/memberships.ts';
import type { MountedDialect } from '../api/mounts.ts';
import { appOf } from '../api/route.ts';
import { type TokenRouteDependencies, tokenRoute } from '../api/token.ts';
import { thalassaTrailRoutes } from '../api/trail/routes.ts';
import { createCockroachdbServer } from '../dialects/cockroachdb/server.ts';
import type { DialectServer } from '../dialects/dialect.ts';
import { createUpcloudServer } from '../dialects/upcloud/server.ts';
import type { DialectName } from './dialect-addresses.ts';
import type { Settings } from './settings.ts';

/** The vendors' dialects that the server speaks, and where. */
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
    { name: 'cockroachdb', paths: ['/api/v1'], server: cockroachdb },
  ];
  return vendors.flatMap(({ name, ...mounted }) => {
    const addresses = dialects.get(name);
    return addresses === undefined ? [] : [{ ...mounted, ...addresses }];
  });
}

/**
 * Thalassa's API with the vendor's fields alone, for a host or prefix of its own. On its usual paths the native API is
 * spoken, which is Thalassa's with additions.
 */
function thalassaOnlyServer(token: TokenRouteDependencies): DialectServer {
  return (dependencies) => {
    const routes = [
      tokenRoute(token),
      membershipRoute(dependencies),
      ...thalassaTrailRoutes(dependencies),
    ];
    return appOf(routes, dependencies.reportFault, { ignoreUnknownParameters: true });
  };
}
