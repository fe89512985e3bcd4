import type { Hono } from 'hono';
import type { Caller } from '../access/caller.ts';
import type { Permission } from '../access/roles.ts';
import type { Clock } from '../core/micros.ts';
import type { EventReader } from '../store/event-store.ts';

/** What reading the trail is called in the trail itself. */
type ReadAction = 'audit_log.list' | 'audit_log.read' | 'audit_log.export';

/**
 * What the server half of a dialect works with. It can read and nothing else; who may read, and that somebody
 * did, is decided and recorded behind `admit` and `recordRead`, the same for all dialects.
 */
export interface DialectDependencies {
  readonly reader: EventReader;
  readonly clock: Clock;
  /**
   * Who is asking, once the credential is known and has the permission. Throws `unauthenticated` or
   * `forbidden`, and `not-found` for an organisation this caller must not know of; failures are recorded.
   */
  readonly admit: (request: Request, permission: Permission) => Caller;
  /** Records that the trail was read, soon and in summary: it never fails and never delays the answer. */
  readonly recordRead: (caller: Caller, action: ReadAction, facts: Record<string, unknown>) => void;
  /**
   * Tells the operator of a failure that the asker is told nothing about, and by what id the answer names it, if
   * it does. Never fails.
   */
  readonly reportFault?: (fault: unknown, correlationId?: string) => void;
}

/**
 * The server half of a dialect: an application whose paths are the vendor's own, whole (`/1.3/…`). It answers
 * errors, unknown paths and wrong methods in the vendor's shape and never lets an exception out.
 */
export type DialectServer = (parts: DialectDependencies) => Hono;
