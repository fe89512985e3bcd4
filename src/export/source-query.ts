import type { Send } from '../client/request.ts';
import type { RetrySettings } from '../client/retry.ts';
import type { Clock } from '../core/micros.ts';
import type { Window } from '../core/window.ts';
import type { ExportFilters } from './filters.ts';

/** What the client half of a dialect works with: the network, time and patience, all handed in. */
export interface ClientDependencies {
  readonly send: Send;
  readonly clock: Clock;
  readonly retry: RetrySettings;
}

/** What every source is asked. */
export interface SourceQuery {
  readonly window: Window;
  readonly filters: ExportFilters;
  /** Objects a page; the client's own choice when absent. */
  readonly pageSize?: number;
  /** For a log of ours: the size it shall be read at, with all that proves its events. */
  readonly proofOf?: { readonly snapshot: number };
  /** For a log of ours: leave out the personal parts. */
  readonly redact?: 'personal';
}
