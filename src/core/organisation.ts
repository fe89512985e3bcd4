import type { Micros } from './micros.ts';

/** A tenant. It has exactly one log. */
export interface Organisation {
  /** `org-…`, created by us, never changes. */
  readonly identity: string;
  /** A short name in URLs and headers, unique: lower-case letters, digits and hyphens. */
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Micros;
  /**
   * Dotted paths of fields in its events that are personal, besides those that always are. They are fixed when the
   * organisation is created, before its first event, because they decide what its leaves mean.
   */
  readonly personalPaths?: readonly string[];
  readonly quotas?: OwnQuotas;
}

/** What one organisation or one key may record, where that is not what the server says for all. 0 is any number. */
export interface OwnQuotas {
  readonly eventsPerSecond?: number;
  readonly bytesPerDay?: number;
}

/**
 * What happens to the server as a whole is in a log of its own, which belongs to no tenant and is no organisation of the
 * accounts. Only the operator reads it, and nobody but the server records in it.
 */
export const systemLog: Organisation = {
  identity: 'system',
  slug: 'system',
  name: 'The server itself',
  createdAt: 0,
};
