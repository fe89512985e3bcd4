import { Hono } from 'hono';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import type { Permission } from '../access/roles.ts';
import { release } from '../core/bytes.ts';
import { type DraftsMediaType, readDrafts } from '../core/draft.ts';
import { AnnalsError } from '../core/errors.ts';
import { LongWork } from '../core/long-work.ts';
import type { Clock } from '../core/micros.ts';
import { methodNotAllowed } from '../dialects/native/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readBody } from './body.ts';
import type { Metrics } from './metrics.ts';

export interface IngestParts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly admit: (request: Request, permission: Permission) => Caller;
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
  readonly maxBatchEvents: number;
}

/** The answer to `POST /v1/audit/events`. */
export const receiptSchema = z
  .strictObject({
    accepted: z.number().int().describe('Events that were added'),
    duplicates: z.number().int().describe('Drafts that stood in the log already, word for word'),
    firstSequence: z.number().int(),
    lastSequence: z.number().int(),
    checkpointSize: z
      .number()
      .int()
      .describe('A size of the log that includes all of these events'),
  })
  .meta({ id: 'Receipt' });

/** Recording: `POST /v1/audit/events`. Answers once everything is on the disk and can be read back. */
export function createIngest(parts: IngestParts): Hono {
  const app = new Hono();
  const reading = new LongWork();
  app.post('/v1/audit/events', async (c) => {
    const caller = parts.admit(c.req.raw, 'audit_log:create');
    const mediaType = draftsMediaType(c.req.header('content-type'));
    const bytes = await readBody(c.req.raw, parts.maxBodyBytes);
    const drafts = await reading.do(
      readDrafts(bytes, mediaType, parts.clock(), parts.maxBatchEvents),
    );
    const receipt = await parts.ledger.record(caller.organisation.identity, drafts);
    // Drafts are read where they stand in the body, which nobody looks at any more.
    if (bytes.length === bytes.buffer.byteLength) release(bytes);
    parts.metrics.recordedEvents.add(receipt.accepted);
    parts.metrics.duplicateEvents.add(receipt.duplicates);
    return c.json(receipt, 201);
  });
  app.all('/v1/audit/events', (c) => methodNotAllowed(c.req.method, 'POST'));
  return app;
}

function draftsMediaType(contentType: string | undefined): DraftsMediaType {
  const mediaType = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase();
  if (mediaType === 'application/json' || mediaType === 'application/x-ndjson') return mediaType;
  throw new AnnalsError(
    'unsupported-media',
    `Cannot record ${mediaType}: send application/json or application/x-ndjson`,
  );
}
