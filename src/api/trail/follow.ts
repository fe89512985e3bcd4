import type { Organisation } from '../../core/organisation.ts';
import { decodableEvent } from '../../dialects/thalassa/decodable.ts';
import type { EventReader, StoredEvent } from '../../store/event-store.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { type FilterParameters, filterFromParameters, filterParameters } from './filter.ts';
import { defaultLimit, maxLimit } from './page.ts';

/** A list in the order of recording, for a client that follows the log. */
export const followParameters = filterParameters.extend({
  fromSequence: wholeNumberParameter(0)
    .describe('Instead of pages: events from this sequence on, in the order they were recorded')
    .exactOptional(),
  limit: wholeNumberParameter(1)
    .describe(
      `Largest number of events; ${defaultLimit} by default, at most ${maxLimit}: a larger one is lowered`,
    )
    .exactOptional(),
});

/** The events of a log from a sequence on, in the order they were recorded. */
export interface FollowResult {
  readonly events: readonly StoredEvent[];
  /** The `fromSequence` of the next request: everything before it was looked at. */
  readonly nextSequence: number;
  /** The first sequence that the log has, when earlier ones were requested and are dropped. */
  readonly keptFrom?: number;
}

/**
 * Reads on by sequence, so that a client sees each event once, however late it arrived: an event may tell of an
 * earlier time, and would appear behind a walk by time.
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

export function followResponse({ events, ...rest }: FollowResult): Response {
  const items = events.map(({ body }) => decodableEvent(body)).join(',');
  return new Response(`{"items":[${items}],${JSON.stringify(rest).slice(1)}`, {
    headers: { 'Content-Type': 'application/json' },
  });
}
