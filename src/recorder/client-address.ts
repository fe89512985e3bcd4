import { bareAddress } from '../core/ip-address.ts';

/**
 * The address a request came from. Anybody can write `X-Forwarded-For`, so only what one's own proxies added to it
 * counts: each appends the address that it was called from. With `trustedProxies` 0 the result is the peer's address,
 * with 1 the last entry of the list, and so on. An entry that is not an address counts as if it were missing.
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
