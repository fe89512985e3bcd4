import { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import type { Permission } from '../../access/roles.ts';
import { type DraftsMediaType, readDrafts } from '../../core/draft.ts';
import { AnnalsError } from '../../core/errors.ts';
import { draftSchema } from '../../core/event.ts';
import type { Clock } from '../../core/micros.ts';
import { PausableWorkQueue } from '../../core/pausable-work.ts';
import { readBody } from '../../http/body.ts';
import type { Metrics } from '../../http/metrics.ts';
import { toRawDraft } from '../../ledger/draft-facts.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type ApiRoute, json, route } from '../route.ts';

export interface RecordRouteDependencies {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly admit: (request: Request, permission: Permission) => Caller;
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
  readonly maxBatchEvents: number;
}

const receiptSchema = z
  .strictObject({
    accepted: z.int().min(0).describe('Events that were added'),
    duplicates: z.int().min(0).describe('Drafts that were in the log already, word for word'),
    firstSequence: z
      .int()
      .min(0)
      .describe('Of the first event of the request, whether added now or before'),
    lastSequence: z.int().min(0).describe('Of its last event'),
    checkpointSize: z.int().min(0).describe('A size of the log that includes all of these events'),
  })
  .meta({ id: 'Receipt' });

function recordRequestSchema(maxEvents: number) {
  const list = z
    .strictObject({ events: z.array(draftSchema).min(1).max(maxEvents) })
    .meta({ id: 'DraftList', description: 'Drafts that are recorded together, all or none.' });
  return z
    .union([draftSchema, list])
    .meta({ id: 'RecordRequest', description: 'One draft, or several.' });
}

/** Recording. The receipt is sent once everything is on the disk and can be read back. */
export function recordRoute(dependencies: RecordRouteDependencies): ApiRoute {
  const { admit, ledger, metrics, maxBatchEvents } = dependencies;
  const reading = new PausableWorkQueue();
  return route(
    'POST',
    '/v1/audit/events',
    {
      operationId: 'recordEvents',
      tag: 'recording',
      summary: 'Record events: all or none',
      content: {
        ...json(recordRequestSchema(maxBatchEvents)),
        'application/x-ndjson': z.string().describe('A draft a line'),
      },
      success: {
        status: 201,
        description: 'The events are durable and can be read',
        content: json(receiptSchema),
      },
      errors: [409, 429],
    },
    async (c) => {
      const caller = admit(c.req.raw, 'audit_log:create');
      const mediaType = draftsMediaType(c.req.header('content-type'));
      const bytes = await readBody(c.req.raw, dependencies.maxBodyBytes);
      const drafts = await reading.run(
        readDrafts(bytes, mediaType, dependencies.clock(), maxBatchEvents, toRawDraft),
      );
      const receipt = await ledger.record(caller.organisation.identity, drafts);
      metrics.recordedEvents.inc(receipt.accepted);
      metrics.duplicateEvents.inc(receipt.duplicates);
      return c.json(receipt, 201);
    },
  );
}

function draftsMediaType(contentType: string | undefined): DraftsMediaType {
  const mediaType = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase();
  if (mediaType === 'application/json' || mediaType === 'application/x-ndjson') return mediaType;
  throw new AnnalsError(
    'unsupported-media',
    `Cannot record ${mediaType}: send application/json or application/x-ndjson`,
  );
}
