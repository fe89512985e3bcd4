import { AnnalsError } from '../core/errors.ts';
import { type Filter, overlapsWindow } from '../core/filter.ts';
import type { DroppedPrefix, EventReader } from '../store/event-store.ts';

/** Names, on an answer that may lack events because they were dropped, the first sequence that the log has. */
export const keptFromHeader = 'Annals-Kept-From';

/** The value of that header; undefined when nothing was dropped of what these times hold. */
export function firstKeptSequence(
  dropped: DroppedPrefix | undefined,
  window: Pick<Filter, 'from' | 'to'>,
): number | undefined {
  return dropped !== undefined && overlapsWindow(dropped, window) ? dropped.before : undefined;
}

/**
 * Fails a long answer some of whose events were dropped while it was on its way. `began` is what was dropped when it
 * began, and `concerns` tells of what is dropped now whether it may be in the part read last, or behind it. To be asked
 * after that part was read.
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
