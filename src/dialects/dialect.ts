import type { Hono } from 'hono';
import type { Caller } from '../access/caller.ts';
import type { Permission } from '../access/roles.ts';
import { ownService } from '../core/event.ts';
import type { Filter } from '../core/filter.ts';
import type { Clock } from '../core/micros.ts';
import type { HttpEnv } from '../http/env.ts';
import type { EventReader } from '../store/event-store.ts';

/** What a vendor's dialect shows of a log: everything but Annals' own records, which no vendor has a word for. */
export const visibleToVendors: Filter = { withoutSystemServices: [ownService] };

/** The action by which a read of the trail is recorded in it. */
type ReadAction = 'audit_log.list' | 'audit_log.read' | 'audit_log.export';

/**
 * What the server half of a dialect works with. It can read and nothing else. Who may read is decided behind `admit`,
 * and that somebody did is recorded behind `recordRead`, in the same way for all dialects.
 */
export interface DialectDependencies {
  readonly reader: EventReader;
  readonly clock: Clock;
  /**
   * The caller, if the credential is known and has the permission. Throws `unauthenticated` or `forbidden`, and
   * `not-found` for an organisation that this caller must not know of; failures are recorded.
   */
  readonly admit: (request: Request, permission: Permission) => Caller;
  /**
   * Records that the trail was read. Nothing of what was read may be sent before it has resolved. Rejects with
   * `unavailable` when it cannot be recorded.
   */
  readonly recordRead: (
    caller: Caller,
    action: ReadAction,
    facts: Record<string, unknown>,
  ) => Promise<void>;
  /**
   * Tells the operator about a failure that the response hides, and the id by which the response names it, if it does.
   * Never fails.
   */
  readonly reportFault?: (fault: unknown, correlationId?: string) => void;
}

/**
 * The server half of a dialect: an application with the vendor's own full paths (`/1.3/…`). Its responses to errors,
 * unknown paths and wrong methods are in the vendor's shape too, and it never throws.
 */
export type DialectServer = (dependencies: DialectDependencies) => Hono<HttpEnv>;
