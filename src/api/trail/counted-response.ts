import type { Context } from 'hono';
import type { Filter } from '../../core/filter.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { firstKeptSequence, keptFromHeader } from '../../dialects/dropped-events.ts';
import { recordedQuery } from '../../http/connection.ts';
import type { HttpEnv } from '../../http/env.ts';
import type { EventReader } from '../../store/event-store.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { type FilterParameters, filterOrNothing, filterParameters } from './filter.ts';
import { keptFromSchema } from './page.ts';

/** The parameters of every route that counts events instead of listing them. */
export const countedParameters = filterParameters.extend({
  snapshot: wholeNumberParameter(0)
    .describe('Size of the log to look at, as in a response before')
    .exactOptional(),
});

export const countedHeaders = { [keptFromHeader]: keptFromSchema };

export interface Counted {
  readonly reader: EventReader;
  /** Identity of the organisation. */
  readonly organisation: string;
  readonly filter: Filter;
  readonly snapshot: number;
}

/**
 * The response to a request that counts. What is counted is recorded as a list is; `facts` tell the two apart. A request
 * that names another organisation counts nothing.
 */
export async function countedResponse<P extends FilterParameters & { readonly snapshot?: number }>(
  c: Context<HttpEnv>,
  { admit, reader, recordRead }: DialectDependencies,
  readQuery: () => P,
  facts: Record<string, unknown>,
  count: (counted: Counted, parameters: P) => Promise<object>,
): Promise<Response> {
  const caller = admit(c.req.raw, 'audit_log:list');
  const parameters = readQuery();
  const organisation = caller.organisation.identity;
  const tracked = reader.withSignal(c.req.raw.signal);
  const { size } = await tracked.head(organisation);
  const snapshot = Math.min(parameters.snapshot ?? size, size);
  const filter = filterOrNothing(parameters, caller.organisation);
  const counts = await count({ reader: tracked, organisation, filter, snapshot }, parameters);
  // Read last, so that it includes everything that was dropped before events were counted.
  const keptFrom = firstKeptSequence(await tracked.dropped(organisation), filter);
  await recordRead(caller, 'audit_log.list', {
    ...facts,
    query: recordedQuery(new URL(c.req.url)),
  });
  if (keptFrom !== undefined) c.header(keptFromHeader, String(keptFrom));
  return c.json({ snapshot, ...counts });
}
