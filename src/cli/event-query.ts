import { openZone } from '../core/calendar.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Clock, formatInstant } from '../core/micros.ts';
import { parseWindow, type Window } from '../core/window.ts';
import { type ExportFilters, filterParameters } from '../export/filters.ts';
import { type FilterFlags, filtersOf } from './filter-flags.ts';
import type { RangeFlags } from './range-flags.ts';

/** The parameters of a request. `range` has the two that are about time. */
export interface EventQuery {
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly range: { readonly from?: string; readonly to?: string };
}

/** The query of `GET /v1/audit` that the flags mean. Throws `invalid` for a time range that makes no sense. */
export function eventQueryOf(flags: FilterFlags & RangeFlags, clock: Clock): EventQuery {
  return { filters: filterParameters(filtersOf(flags)), range: rangeOf(flags, clock) };
}

/** The same for an export, whose window is known. */
export function exportedQueryOf(filters: ExportFilters, { from, to }: Window): EventQuery {
  return {
    filters: filterParameters(filters),
    range: { from: formatInstant(from), to: formatInstant(to) },
  };
}

function rangeOf(flags: RangeFlags, clock: Clock): EventQuery['range'] {
  const { since, from, to, timezone = 'UTC' } = flags;
  if (since === undefined && from === undefined && to === undefined) return {};
  if (since === undefined && from === undefined) {
    throw new AnnalsError('invalid', 'Cannot use --to alone: give --from too');
  }
  const window = parseWindow({ since, from, to }, openZone(timezone), clock());
  return {
    from: formatInstant(window.from),
    // What arrives during a walk is kept out by its snapshot; the end of the range need not do it.
    ...(to !== undefined && { to: formatInstant(window.to) }),
  };
}
