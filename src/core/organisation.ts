import type { Micros } from './micros.ts';

/** A tenant. It has exactly one log. */
export interface Organisation {
  /** `org-…`, made by us, never changes. */
  readonly identity: string;
  /** A short name in URLs and headers, unique: lower-case letters, digits and hyphens. */
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Micros;
}
