import type { MiddlewareHandler } from 'hono';
import type { Caller } from '../access/caller.ts';
import type { Principal } from '../access/gate.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Organisation } from '../core/organisation.ts';
import type { HttpEnv } from './env.ts';

/** Facts of the connection a request came by, which the request itself does not carry. */
const addresses = new WeakMap<Request, string>();

/** Keeps the peer's address beside each request, for the records made about it. */
export const recordAddress: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const address = c.env?.incoming?.socket.remoteAddress;
  if (address !== undefined) addresses.set(c.req.raw, address.replace(/^::ffff:(?=\d+\.)/, ''));
  await next();
};

/** Gives a request made from another one the same address. */
export function copyAddress(from: Request, to: Request): void {
  const address = addresses.get(from);
  if (address !== undefined) addresses.set(to, address);
}

const maxUserAgent = 512;

/** Where a request came from, for the records made about it. */
export function requestFacts(request: Request) {
  return {
    clientIp: addresses.get(request),
    userAgent: request.headers.get('user-agent')?.slice(0, maxUserAgent),
    method: request.method,
    path: new URL(request.url).pathname.slice(0, 2_000),
  };
}

/** A principal of an organisation as a caller. The operator belongs to none and so sees no trail. */
export function callerOf(principal: Principal, request: Request): Caller {
  const { key, organisation } = principal;
  if (organisation === undefined) {
    throw new AnnalsError(
      'forbidden',
      'Not allowed: the operator’s key makes organisations and keys; a trail is read with a key of its organisation',
    );
  }
  return {
    keyId: key.id,
    keyName: key.name,
    role: key.role,
    organisation,
    ...requestFacts(request),
  };
}

/** The organisation a request says it is about, by identity or slug, if it says so (wire: Thalassa 1). */
export function namedOrganisation(request: Request): string | undefined {
  return request.headers.get('x-organisation-identity') || undefined;
}

/** Holds a request to the organisation it names, if it names one. Any other is not found, whether it exists or not. */
export function requireNamedOrganisation({ identity, slug }: Organisation, request: Request): void {
  const named = namedOrganisation(request);
  if (named !== undefined && named !== identity && named !== slug) throw organisationNotFound();
}

export function organisationNotFound(): AnnalsError {
  return new AnnalsError('not-found', 'There is no such organisation for this key');
}
