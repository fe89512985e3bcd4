import type { Clock } from '../../core/micros.ts';
import type { Window } from '../../core/window.ts';
import type { ExportFilters } from '../filters.ts';
import type { Ask } from './ask.ts';
import type { PatienceSettings } from './patience.ts';

/** What the client half of a dialect works with: the network, time and patience, all handed in. */
export interface ClientParts {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly patience: PatienceSettings;
}

/** What every source is asked. */
export interface SourceQuestion {
  readonly window: Window;
  readonly filters: ExportFilters;
  /** Objects a page; the client's own choice when absent. */
  readonly pageSize?: number;
  /** For a log of ours: the size it shall be read at, with all that proves its events. */
  readonly proved?: { readonly snapshot: number };
  /** For a log of ours: leave out the personal parts. */
  readonly redact?: 'personal';
}
