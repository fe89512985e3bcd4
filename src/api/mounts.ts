import type { Hono } from 'hono';
import type { DialectDependencies, DialectServer } from '../dialects/dialect.ts';
import { copyAddress } from '../http/connection.ts';
import type { HttpEnv } from '../http/env.ts';
import { copyShare } from '../http/request-budget.ts';

/** A dialect and where it is spoken. */
export interface MountedDialect {
  /** Its paths on every host: each one and everything below it. */
  readonly paths: readonly string[];
  readonly server: DialectServer;
  /** Host names on which nothing else is spoken; compared without the port. */
  readonly hosts?: readonly string[];
  /** Prefixes below which it is spoken as if they were not there, such as `/upcloud`. */
  readonly prefixes?: readonly string[];
}

/** Each dialect is opened once, so that its state, such as a rate limit, is the same wherever it is spoken. */
export class DialectMounts {
  readonly #opened: readonly {
    readonly mounted: MountedDialect;
    readonly dialect: Hono<HttpEnv>;
  }[];

  constructor(dialects: readonly MountedDialect[], dependencies: DialectDependencies) {
    this.#opened = dialects.map((mounted) => ({ mounted, dialect: mounted.server(dependencies) }));
  }

  /** Gives dialects the hosts that are theirs alone. Call it before any other route is added. */
  mountHosts(app: Hono<HttpEnv>): void {
    const byHost = new Map(
      this.#opened.flatMap(({ mounted, dialect }) =>
        (mounted.hosts ?? []).map((host) => [host, dialect] as const),
      ),
    );
    app.use(async (c, next) => {
      const host = (c.req.header('host') ?? '').replace(/\.?(?::\d+)?$/, '').toLowerCase();
      return (await byHost.get(host)?.fetch(c.req.raw, c.env)) ?? next();
    });
  }

  /** Gives dialects their prefixes and their usual paths. */
  mountPaths(app: Hono<HttpEnv>): void {
    for (const { mounted, dialect } of this.#opened) {
      for (const prefix of mounted.prefixes ?? []) {
        app.all(`${prefix}/*`, (c) => dialect.fetch(withoutPrefix(c.req.raw, prefix), c.env));
      }
      for (const path of mounted.paths) {
        app.all(path, (c) => dialect.fetch(c.req.raw, c.env));
        app.all(`${path}/*`, (c) => dialect.fetch(c.req.raw, c.env));
      }
    }
  }
}

function withoutPrefix(request: Request, prefix: string): Request {
  const url = new URL(request.url);
  url.pathname = url.pathname.slice(prefix.length);
  const inner = new Request(url, request);
  copyAddress(request, inner);
  copyShare(request, inner);
  return inner;
}
