import { createNativeServer } from '../dialects/native/server.ts';
import type { MountedDialect } from '../http/app.ts';

/** The dialects the server speaks and where. */
export function mountedDialects(): readonly MountedDialect[] {
  return [{ path: '/v1/audit', server: createNativeServer }];
}
