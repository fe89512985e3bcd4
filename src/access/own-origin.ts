import { AnnalsError } from '../core/errors.ts';

/**
 * The origin of our own pages that a request comes from, such as `https://audit.example`: one of the server's public
 * ones if they are known, else that of the request's host. A browser says it with each request that is not GET. Throws
 * `invalid` when it is another one, or one that browsers have no passkeys for.
 */
export function ownOrigin(request: Request, publicOrigins: readonly string[]): URL {
  const origin = originOf(request, publicOrigins);
  const { protocol, hostname } = origin;
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (protocol !== 'https:' && !isLocal) throw noPasskeys('needs https, or http://localhost');
  if (/^[\d.]+$|^\[/.test(hostname)) throw noPasskeys('needs a host name, and not an address');
  return origin;
}

/** Whether a page of this origin is one of ours. Behind a proxy that ends TLS the request has another scheme. */
export function isOwnOrigin(
  origin: string | null,
  request: Request,
  publicOrigins: readonly string[],
): boolean {
  if (origin === null || !URL.canParse(origin)) return false;
  if (publicOrigins.includes(new URL(origin).origin)) return true;
  return publicOrigins.length === 0 && new URL(origin).host === new URL(request.url).host;
}

function originOf(request: Request, publicOrigins: readonly string[]): URL {
  const given = request.headers.get('origin');
  if (given !== null) {
    if (isOwnOrigin(given, request, publicOrigins)) return new URL(new URL(given).origin);
    throw noPasskeys(
      publicOrigins.length === 0
        ? 'comes from a page of another host'
        : 'comes from a page that is not one of --public-url',
    );
  }
  const { host, hostname } = new URL(request.url);
  if (publicOrigins.length > 0) {
    const found = publicOrigins.find((one) => new URL(one).host === host);
    if (found === undefined) throw noPasskeys('comes to a host that is not one of --public-url');
    return new URL(found);
  }
  return new URL(`${hostname === 'localhost' ? 'http' : 'https'}://${host}`);
}

function noPasskeys(problem: string): AnnalsError {
  return new AnnalsError('invalid', `Cannot use a passkey: the request ${problem}`);
}
