import { AnnalsError } from '../core/errors.ts';

/** The dialects there are. Thalassa's usual paths are our own dialect's, and answered whether it is named or not. */
const dialectNames = ['thalassa', 'upcloud', 'cockroachdb'] as const;
export type DialectName = (typeof dialectNames)[number];

/** Which dialects are spoken, and the hosts and prefixes each has to itself. */
export type DialectAddresses = ReadonlyMap<DialectName, { hosts: string[]; prefixes: string[] }>;

/**
 * Reads `upcloud,cockroachdb=/cockroach,upcloud=upcloud.audit.example.org`: names, each with a host name or a
 * prefix of its own if it shall have one besides its usual paths. Throws `invalid` with what is wrong.
 */
export function parseDialects(text: string): DialectAddresses {
  const places = new Map<DialectName, { hosts: string[]; prefixes: string[] }>();
  for (const part of text.split(',').map((word) => word.trim())) {
    if (part === '') continue;
    const [name = '', place, ...more] = part.split('=');
    if (!isDialectName(name) || more.length > 0) {
      throw new AnnalsError(
        'invalid',
        `"${part}" is none of ${dialectNames.join(', ')}, nor one of them with =host or =/prefix`,
      );
    }
    const ofName = places.get(name) ?? { hosts: [], prefixes: [] };
    places.set(name, ofName);
    if (place === undefined) continue;
    if (/^(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)+$/.test(place)) ofName.prefixes.push(place);
    else if (/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(place))
      ofName.hosts.push(place.toLowerCase());
    else
      throw new AnnalsError(
        'invalid',
        `"${place}" is neither a host name nor a prefix such as /upcloud`,
      );
  }
  return places;
}

function isDialectName(name: string): name is DialectName {
  return (dialectNames as readonly string[]).includes(name);
}
