import { AnnalsError } from '../core/errors.ts';
import { type Filter, overlapsWindow } from '../core/filter.ts';
import type { DroppedPrefix, EventReader } from '../store/event-store.ts';

/** The header of every list and export: the size of the log that was looked at. */
export const snapshotHeader = 'Annals-Snapshot';

/** The header of a response that may lack dropped events: the first sequence that the log has. */
export const keptFromHeader = 'Annals-Kept-From';

/** The value of that header; undefined when no event in this window was dropped. */
export function firstKeptSequence(
  dropped: DroppedPrefix | undefined,
  window: Pick<Filter, 'from' | 'to'>,
): number | undefined {
  return dropped !== undefined && overlapsWindow(dropped, window) ? dropped.before : undefined;
}

/**
 * Fails a long response if events that it still needs were dropped since it began. `began` is what was dropped at its
 * beginning; `concerns` decides whether what is dropped now may be in the chunk that was read last, or after it. Call it
 * after reading that chunk.
 */
export async function checkNotDropped(
  reader: Pick<EventReader, 'dropped'>,
  organisation: string,
  began: DroppedPrefix | undefined,
  concerns: (dropped: DroppedPrefix) => boolean,
): Promise<void> {
  const dropped = await reader.dropped(organisation);
  if (dropped === undefined || dropped.before === began?.before || !concerns(dropped)) return;
  throw new AnnalsError(
    'incomplete',
    `Cannot go on: events before sequence ${dropped.before} were dropped meanwhile, because their retention is over`,
  );
}
