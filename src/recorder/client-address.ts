import { isIP } from 'node:net';

/**
 * The address a request came from. `X-Forwarded-For` can be written by anybody, so it counts only as far as proxies
 * of one's own have added to it: each adds, at the end, the address it was called from. With `trustedProxies` 0
 * it is the peer's, with 1 the last in the list, and so on; what is no address there counts as if it were not there.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string | undefined {
  const seen = (forwardedFor ?? '').split(',').map((entry) => bareAddress(entry.trim()));
  const trusted = trustedProxies > 0 ? seen.slice(-trustedProxies) : [];
  return trusted[0] ?? (peer === undefined ? undefined : bareAddress(peer));
}

/** Without port, brackets and the IPv6 way of writing an IPv4 address; undefined when it is no address. */
function bareAddress(text: string): string | undefined {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const withPort = /^([\d.]+):\d+$/.exec(text)?.[1];
  const address = (bracketed ?? withPort ?? text).replace(/^::ffff:(?=[\d.]+$)/i, '');
  return isIP(address) === 0 ? undefined : address;
}
