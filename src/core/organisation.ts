import type { Micros } from './micros.ts';

/** A tenant. It has exactly one log. */
export interface Organisation {
  /** `org-…`, made by us, never changes. */
  readonly identity: string;
  /** A short name in URLs and headers, unique: lower-case letters, digits and hyphens. */
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Micros;
  /**
   * Dotted paths into its events that are personal besides those that always are. Settled when the organisation is
   * made, before its first event, because they are part of what its leaves mean.
   */
  readonly personalPaths?: readonly string[];
}
