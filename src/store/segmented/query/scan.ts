import type { Filter } from '../../../core/filter.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { Range, StoredEvent } from '../../event-store.ts';
import type { LogSlice } from '../log-slice.ts';
import { rowSelections, segmentRows } from './row-selections.ts';

/** One batch of a scan, empty at its end, and the sequence after its last event. */
export interface ScanPage {
  readonly events: readonly StoredEvent[];
  readonly next: number;
}

const maxEvents = 1_000;
const maxCharacters = 4 * 1024 * 1024;
/** Events read at a time; their size is known afterwards. */
const eventsPerRead = 64;

/** The first matching events of a range of sequences: a thousand at most, fewer when they are large. */
export function* scanPage(
  slices: readonly LogSlice[],
  range: Range,
  filter: Filter,
): PausableWork<ScanPage> {
  const events: StoredEvent[] = [];
  let characters = 0;
  for (const selection of rowSelections(slices, filter, range)) {
    const rows = selection === undefined ? [] : segmentRows(selection);
    for (let at = 0; at < rows.length; at += eventsPerRead) {
      const room = Math.min(eventsPerRead, maxEvents - events.length);
      for (const event of selection!.logSlice.events(rows.slice(at, at + room))) {
        events.push(event);
        characters += event.body.length;
      }
      if (events.length === maxEvents || characters >= maxCharacters) {
        return page(events, range);
      }
    }
    yield;
  }
  return page(events, range);
}

function page(events: readonly StoredEvent[], { from }: Range): ScanPage {
  return { events, next: (events.at(-1)?.sequence ?? from - 1) + 1 };
}
