import { isOwnOrigin } from './own-origin.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What is wrong with a request that changes something, if another site may have made a browser send it: it must come
 * from a page of this server, and its body must be JSON, which a form cannot send. Undefined for requests that only
 * read. A browser sends `Sec-Fetch-Site`, and older ones `Origin`.
 *
 * @param publicOrigins where browsers reach the server, if that is known
 * @param fromBrowser whether the request has a cookie, so that it cannot come from anything but a browser
 */
export function crossSiteProblem(
  request: Request,
  fromBrowser: boolean,
  publicOrigins: readonly string[],
): string | undefined {
  if (safeMethods.has(request.method)) return undefined;
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  if (site === null && origin === null) {
    if (fromBrowser) return 'it has neither Sec-Fetch-Site nor Origin';
  } else if (
    site === null ? !isOwnOrigin(origin, request, publicOrigins) : site !== 'same-origin'
  ) {
    return 'it comes from a page of another site';
  }
  const type = request.headers.get('content-type');
  if (type === null ? !hasBody(request) : /^application\/json *(;|$)/i.test(type)) {
    return undefined;
  }
  return 'its body is not application/json';
}

/** A request from a socket has a stream for its body, also when it is empty. */
function hasBody({ headers }: Request): boolean {
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) !== 0;
}
