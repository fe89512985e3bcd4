import type { Window } from '../core/window.ts';
import type { ExportFilters } from './filters.ts';

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
