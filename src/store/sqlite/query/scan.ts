import type { Filter } from '../../../core/filter.ts';
import type { Range, StoredEvent } from '../../event-store.ts';
import type { Stretch } from './segment.ts';
import { rowsOf, selections } from './selections.ts';
import type { Slices } from './slices.ts';

/** A piece of a scan, and where the next one begins; undefined at the end. */
export interface ScanPage {
  readonly events: readonly StoredEvent[];
  readonly next: number | undefined;
}

const maxEvents = 1_000;
const maxCharacters = 4 * 1024 * 1024;
/** Events read at a time, between two looks at their size. */
const readTogether = 64;

/** The first matching events of a stretch of sequences. Ends after a thousand, or sooner when they are large. */
export function* scanPage(
  stretches: readonly Stretch[],
  range: Range,
  filter: Filter,
): Slices<ScanPage> {
  const events: StoredEvent[] = [];
  let characters = 0;
  for (const selection of selections(stretches, filter, range)) {
    const rows = rowsOf(selection);
    for (let at = 0; at < rows.length; at += readTogether) {
      const room = Math.min(readTogether, maxEvents - events.length);
      for (const event of selection.stretch.events(rows.slice(at, at + room))) {
        events.push(event);
        characters += event.body.length;
      }
      if (events.length === maxEvents || characters >= maxCharacters) {
        return { events, next: events.at(-1)!.sequence + 1 };
      }
    }
    yield;
  }
  return { events, next: undefined };
}
