import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, Hono } from 'hono';
import { methodNotAllowed } from '../api/errors.ts';
import type { HttpEnv } from '../http/env.ts';

/**
 * What the pages of the console may do: load what this server sends them, and nothing else. Styles and scripts are
 * files, and no text becomes markup or code.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const pageHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self), publickey-credentials-create=(self)',
};

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** A file of the built console, plain and packed by Brotli. */
interface ConsoleFile {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly brotli: Uint8Array<ArrayBuffer>;
}

/** What a build writes when everything else is there. */
const builtLast = 'index.html.br';

/** Beside the program in a package, and in a folder of its own in a clone that has built it. */
const places = ['./console/', '../../console/dist/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * The pages of the console: `/console` with everything below it, and `/reference`. `/` leads there. They are static; what
 * they show they ask for through the API. The files are read at the first request for one of them, and again after a
 * build, by the names that are in the folder: no path is made of a request.
 *
 * @param directory where the built console is, instead of its usual places
 */
export function consolePages(directory?: string): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  let read:
    | { readonly builtAt: number; readonly files: ReadonlyMap<string, ConsoleFile> }
    | undefined;
  const filesOf = () => {
    for (const place of directory === undefined ? places : [directory]) {
      const builtAt = statSync(join(place, builtLast), { throwIfNoEntry: false })?.mtimeMs;
      if (builtAt === undefined) continue;
      if (read?.builtAt !== builtAt) read = { builtAt, files: readFiles(place) };
      return read.files;
    }
    return undefined;
  };

  const page = (c: Context<HttpEnv>) => {
    const index = filesOf()?.get('index.html');
    if (index === undefined) return c.text(notBuilt, 404);
    return send(c, index, { ...pageHeaders, 'Cache-Control': 'no-cache' });
  };
  app.get('/', (c) => c.redirect('/console', 302));
  app.get('/console/assets/*', (c) => {
    const file = filesOf()?.get(c.req.path.slice('/console/'.length));
    if (file === undefined) return c.text('There is no such file of the console.\n', 404);
    // Its name has the hash of its content.
    return send(c, file, { 'Cache-Control': 'public, max-age=31536000, immutable' });
  });
  // It names its script and style by their hashes itself, and can be saved.
  app.get('/console/verify.html', (c) => {
    const file = filesOf()?.get('verify.html');
    if (file === undefined) return c.text(notBuilt, 404);
    const policy = "frame-ancestors 'none'";
    return send(c, file, {
      ...pageHeaders,
      'Content-Security-Policy': policy,
      'Cache-Control': 'no-cache',
    });
  });
  app.get('/console/icon.svg', (c) => {
    const icon = filesOf()?.get('icon.svg');
    return icon === undefined ? c.notFound() : send(c, icon, { 'Cache-Control': 'max-age=86400' });
  });
  for (const path of ['/console', '/console/*', '/reference']) app.get(path, page);
  for (const path of ['/', '/console', '/console/*', '/reference']) {
    app.all(path, (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  }
  return app;
}

const notBuilt =
  'The console is not built in this clone. Build it, and reload this page:\n\n  npm run build:console\n';

function readFiles(directory: string): ReadonlyMap<string, ConsoleFile> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const packed = new Set(names.filter((name) => name.endsWith('.br')));
  const read = (name: string) => new Uint8Array(readFileSync(join(directory, name)));
  return new Map(
    names.flatMap((name) => {
      const type = types[name.slice(name.lastIndexOf('.') + 1)];
      if (type === undefined || !packed.has(`${name}.br`)) return [];
      return [[name, { type, plain: read(name), brotli: read(`${name}.br`) }] as const];
    }),
  );
}

function send(
  c: Context<HttpEnv>,
  { type, plain, brotli }: ConsoleFile,
  headers: Readonly<Record<string, string>>,
): Response {
  const takesBrotli = /\bbr\b(?!\s*;\s*q=0(?:\.0*)?(?:$|,))/.test(
    c.req.header('Accept-Encoding') ?? '',
  );
  return new Response(takesBrotli ? brotli : plain, {
    headers: {
      'Content-Type': type,
      'X-Content-Type-Options': 'nosniff',
      Vary: 'Accept-Encoding',
      ...(takesBrotli && { 'Content-Encoding': 'br' }),
      ...headers,
    },
  });
}
