import type { Hono } from 'hono';
import type { DialectParts, DialectServer } from '../dialects/dialect.ts';
import { carryAddress } from './connection.ts';
import type { HttpEnv } from './env.ts';

/** A dialect and where it is spoken. */
export interface MountedDialect {
  /** Paths it answers on every host: each itself and everything below. */
  readonly paths: readonly string[];
  readonly server: DialectServer;
  /** Host names that speak nothing else; compared without the port. */
  readonly hosts?: readonly string[];
  /** Prefixes below which it is spoken as if they were not there, such as `/upcloud`. */
  readonly prefixes?: readonly string[];
}

/** Mounts dialects on an application, those with a host or prefix of their own first. */
export function mountDialects(
  app: Hono<HttpEnv>,
  dialects: readonly MountedDialect[],
  parts: DialectParts,
): void {
  for (const { paths, server, hosts = [], prefixes = [] } of dialects) {
    const dialect = server(parts);
    app.use(async (c, next) => {
      const host = (c.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
      if (!hosts.includes(host)) return next();
      return dialect.fetch(c.req.raw, c.env);
    });
    for (const prefix of prefixes) {
      app.all(`${prefix}/*`, (c) => dialect.fetch(withoutPrefix(c.req.raw, prefix), c.env));
    }
    for (const path of paths) {
      app.all(path, (c) => dialect.fetch(c.req.raw, c.env));
      app.all(`${path}/*`, (c) => dialect.fetch(c.req.raw, c.env));
    }
  }
}

function withoutPrefix(request: Request, prefix: string): Request {
  const url = new URL(request.url);
  url.pathname = url.pathname.slice(prefix.length);
  const inner = new Request(url, request);
  carryAddress(request, inner);
  return inner;
}
