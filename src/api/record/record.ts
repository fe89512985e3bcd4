import { Hono } from 'hono';
import { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import type { Permission } from '../../access/roles.ts';
import { releaseBuffer } from '../../core/bytes.ts';
import { type DraftsMediaType, readDrafts } from '../../core/draft.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Clock } from '../../core/micros.ts';
import { PausableWorkQueue } from '../../core/pausable-work.ts';
import { readBody } from '../../http/body.ts';
import type { Metrics } from '../../http/metrics.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { methodNotAllowed } from '../errors.ts';

export interface RecordRouteDependencies {
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
export function recordRoutes(dependencies: RecordRouteDependencies): Hono {
  const app = new Hono();
  const reading = new PausableWorkQueue();
  app.post('/v1/audit/events', async (c) => {
    const caller = dependencies.admit(c.req.raw, 'audit_log:create');
    const mediaType = draftsMediaType(c.req.header('content-type'));
    const bytes = await readBody(c.req.raw, dependencies.maxBodyBytes);
    const drafts = await reading.run(
      readDrafts(bytes, mediaType, dependencies.clock(), dependencies.maxBatchEvents),
    );
    const receipt = await dependencies.ledger.record(caller.organisation.identity, drafts);
    // Drafts are read where they stand in the body, which nobody looks at any more.
    if (bytes.length === bytes.buffer.byteLength) releaseBuffer(bytes);
    dependencies.metrics.recordedEvents.add(receipt.accepted);
    dependencies.metrics.duplicateEvents.add(receipt.duplicates);
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
