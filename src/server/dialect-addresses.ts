import { AnnalsError } from '../core/errors.ts';

/** All dialects. Thalassa's usual paths belong to the native API, and are served whether it is named or not. */
const dialectNames = ['thalassa', 'upcloud', 'cockroachdb'] as const;
export type DialectName = (typeof dialectNames)[number];

/** Which dialects are spoken, and the hosts and prefixes that belong to each alone. */
export type DialectAddresses = ReadonlyMap<DialectName, { hosts: string[]; prefixes: string[] }>;

/**
 * Reads `upcloud,cockroachdb=/cockroach,upcloud=upcloud.audit.example.org`: names, each alone or with a host name or a
 * prefix besides its usual paths. Throws `invalid` with what is wrong.
 */
export function parseDialects(text: string): DialectAddresses {
  const addresses = new Map<DialectName, { hosts: string[]; prefixes: string[] }>();
  for (const part of text.split(',').map((word) => word.trim())) {
    if (part === '') continue;
    const [name = '', address, ...more] = part.split('=');
    if (!isDialectName(name) || more.length > 0) {
      throw new AnnalsError(
        'invalid',
        `"${part}" is none of ${dialectNames.join(', ')}, nor one of them with =host or =/prefix`,
      );
    }
    const ofName = addresses.get(name) ?? { hosts: [], prefixes: [] };
    addresses.set(name, ofName);
    if (address === undefined) continue;
    if (/^(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)+$/.test(address)) ofName.prefixes.push(address);
    else if (/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(address))
      ofName.hosts.push(address.toLowerCase());
    else
      throw new AnnalsError(
        'invalid',
        `"${address}" is neither a host name nor a prefix such as /upcloud`,
      );
  }
  return addresses;
}

function isDialectName(name: string): name is DialectName {
  return (dialectNames as readonly string[]).includes(name);
}
