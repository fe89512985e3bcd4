import { BlockList, isIP } from 'node:net';
import { bareAddress } from '../core/ip-address.ts';

/** More proxies than anybody has behind each other. A client may send as many entries as fit into its headers. */
const maxHops = 32;

/**
 * Proxies whose word counts on where a request came from. Each proxy adds the address that it was called from to the
 * end of `X-Forwarded-For`, and everybody may begin that list with whatever they like. So it is read from its end, and only
 * as far as the proxies are trusted: the first address that is not a trusted proxy's is the client's.
 */
export class TrustedProxies {
  readonly #trusted = new BlockList();

  /** Takes addresses and ranges such as `10.0.0.0/8`, in which `proxyProblem` finds nothing wrong. */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address = '', prefix] = proxy.split('/');
      if (prefix === undefined) this.#trusted.addAddress(address, familyOf(address));
      else this.#trusted.addSubnet(address, Number(prefix), familyOf(address));
    }
  }

  /**
   * The client's address. It is the peer's, unless that is a trusted proxy. When a trusted proxy names no address, its own
   * is the last that is known.
   */
  clientOf(peer: string, forwardedFor: string | null): string {
    if (forwardedFor === null || !this.#isTrusted(peer)) return peer;
    let client = peer;
    for (const entry of forwardedFor.split(',').slice(-maxHops).toReversed()) {
      const address = bareAddress(entry.trim());
      if (address === undefined || address.includes('%')) return client;
      client = address;
      if (!this.#isTrusted(address)) return client;
    }
    return client;
  }

  #isTrusted(address: string): boolean {
    // The zone says by which interface a local address was reached.
    const [plain = ''] = address.split('%');
    return this.#trusted.check(plain, familyOf(plain));
  }
}

/** What is wrong with a proxy in the settings; undefined if nothing is. It completes the sentence "--trusted-proxy …". */
export function proxyProblem(proxy: string): string | undefined {
  const [address = '', prefix, ...rest] = proxy.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) {
    return `names ${proxy}, which is not an IP address or a range such as 10.0.0.0/8`;
  }
  if (prefix === undefined) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits) return undefined;
  return prefix === '0'
    ? `names ${proxy}, which would trust everybody: name the proxies`
    : `names ${proxy}, which must have 1 to ${bits} after the slash`;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
