import type { MiddlewareHandler } from 'hono';
import type { Caller } from '../access/caller.ts';
import { type Principal, sessionOf } from '../access/gate.ts';
import { accountKind } from '../access/records.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Organisation } from '../core/organisation.ts';
import type { HttpEnv } from './env.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** The client's address of each request, which the request itself does not have. */
const addresses = new WeakMap<Request, string>();

/**
 * Keeps the client's address of each request, for the records about it and for limits: that of the peer, or what trusted
 * proxies say.
 */
export function recordAddress(proxies: TrustedProxies | undefined): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const peer = c.env?.incoming?.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
    if (peer !== undefined) {
      const { raw } = c.req;
      addresses.set(
        raw,
        proxies === undefined ? peer : proxies.clientOf(peer, raw.headers.get('x-forwarded-for')),
      );
    }
    await next();
  };
}

/** The client's address, if the request came over a network. Behind a proxy that is not trusted it is the proxy's. */
export function addressOf(request: Request): string | undefined {
  return addresses.get(request);
}

/** Gives a request that was created from another one the same address. */
export function copyAddress(from: Request, to: Request): void {
  const address = addresses.get(from);
  if (address !== undefined) addresses.set(to, address);
}

const maxUserAgent = 512;

/** Where a request came from, for the records about it. */
export function requestFacts(request: Request) {
  return {
    sessionId: sessionOf(request)?.id,
    clientIp: addresses.get(request),
    userAgent: request.headers.get('user-agent')?.slice(0, maxUserAgent),
    method: request.method,
    path: new URL(request.url).pathname.slice(0, 2_000),
  };
}

const maxRecordedQuery = 2_000;

/** The query of a request that reads, for the record of it. */
export function recordedQuery({ search }: URL): string {
  return search.slice(0, maxRecordedQuery);
}

/** The caller of a principal. The operator belongs to no organisation, so it sees no trail but that of the server. */
export function callerOf(principal: Principal, request: Request): Caller {
  const { account, organisation } = principal;
  if (organisation === undefined) {
    throw new AnnalsError(
      'forbidden',
      'Not allowed: the operator’s key creates organisations and keys; a trail is read with a key of its organisation, and that of the server with X-Organisation-Identity: system',
    );
  }
  return {
    keyId: account.id,
    keyName: account.name,
    kind: accountKind(account),
    role: account.role,
    ...('quotas' in account && account.quotas !== undefined && { keyQuotas: account.quotas }),
    organisation,
    ...requestFacts(request),
  };
}

/** The organisation that a request names, by identity or slug, if it names one (wire: Thalassa 1). */
export function namedOrganisation(request: Request): string | undefined {
  return request.headers.get('x-organisation-identity') || undefined;
}

/** Throws `not-found` if a request names another organisation, whether that one exists or not. */
export function requireNamedOrganisation({ identity, slug }: Organisation, request: Request): void {
  const named = namedOrganisation(request);
  if (named !== undefined && named !== identity && named !== slug) throw organisationNotFound();
}

export function organisationNotFound(): AnnalsError {
  return new AnnalsError('not-found', 'There is no such organisation for this key');
}
