import { z } from 'zod';
import type { AnnalsApi, Query } from '../client/annals-api.ts';
import { retry } from '../client/retry.ts';
import type { AuditEvent } from '../core/event.ts';
import type { CliContext } from './cli-context.ts';
import { retrySettings } from './client-dependencies.ts';

/** What is shown of an event. Those of another version of the server may differ in the rest. */
const eventShape = z.looseObject({ createdAt: z.string(), action: z.string() });
export const eventSchema = eventShape as unknown as z.ZodType<AuditEvent>;
export const eventsSchema = z.array(eventSchema);

export const pageSchema = z.object({
  items: eventsSchema,
  totalItems: z.number(),
  snapshot: z.number(),
  nextCursor: z.string().exactOptional(),
});

/** The largest page that a server sends. */
const largestPage = 1_000;

/**
 * The pages of `GET /v1/audit` with these parameters, until there were so many events: of the log as it was when the
 * first page was read, so that nothing comes twice and nothing is left out. A request that fails is repeated.
 */
export async function* walkPages(
  api: AnnalsApi,
  parameters: Query,
  limit: number,
  context: CliContext,
): AsyncGenerator<z.output<typeof pageSchema>> {
  const notify = (text: string) => void context.stderr.write(`${text}\n`);
  const retrying = retrySettings(context, notify, 4);
  let missing = limit;
  let cursor: string | undefined = '';
  do {
    const query: Query = {
      ...parameters,
      limit: String(Math.min(missing, largestPage)),
      cursor,
    };
    const page = await retry(retrying, context.signal, () =>
      api.get(pageSchema, '/v1/audit', query),
    );
    yield page;
    missing -= page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined && missing > 0);
}
