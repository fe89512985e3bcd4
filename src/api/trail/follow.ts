import type { Organisation } from '../../core/organisation.ts';
import type { EventReader, StoredEvent } from '../../store/event-store.ts';
import {
  defaultLimit,
  type FilterParameters,
  filterFromParameters,
  maxLimit,
} from '../parameters.ts';

/** What came into a log from a place on, in the order it was recorded. */
export interface FollowResult {
  readonly events: readonly StoredEvent[];
  /** Where to ask next: everything before it was looked at. */
  readonly nextSequence: number;
  /** The first sequence that the log has, when it was asked for earlier ones: they were dropped. */
  readonly keptFrom?: number;
}

/**
 * Answers whoever follows a log and must not miss an event that tells of an earlier time: by sequence, so that a
 * walk sees each event once, however late it arrived.
 */
export async function followLog(
  reader: EventReader,
  organisation: Organisation,
  parameters: FilterParameters & {
    readonly limit?: number | undefined;
    readonly fromSequence: number;
  },
): Promise<FollowResult> {
  const { size } = await reader.head(organisation.identity);
  const limit = Math.min(parameters.limit ?? defaultLimit, maxLimit);
  const filter = filterFromParameters(parameters, organisation);
  const range = { from: Math.min(parameters.fromSequence, size), to: size };
  const events: StoredEvent[] = [];
  if (filter === undefined) return { events, nextSequence: size };
  for await (const batch of reader.scan(organisation.identity, range, filter)) {
    events.push(...batch.slice(0, limit - events.length));
    if (events.length === limit) break;
  }
  const last = events.at(-1);
  const nextSequence = events.length === limit && last !== undefined ? last.sequence + 1 : size;
  const { before = 0 } = (await reader.dropped(organisation.identity)) ?? {};
  return { events, nextSequence, ...(range.from < before && { keptFrom: before }) };
}
