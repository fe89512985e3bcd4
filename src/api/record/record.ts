import { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import { checkKeyAgain } from '../../access/gate.ts';
import type { Permission } from '../../access/roles.ts';
import { type DraftsMediaType, readDrafts } from '../../core/draft.ts';
import { AnnalsError } from '../../core/errors.ts';
import { draftSchema } from '../../core/event.ts';
import type { Clock } from '../../core/micros.ts';
import { PausableWorkQueue } from '../../core/pausable-work.ts';
import { readBody } from '../../http/body.ts';
import { ByteGate } from '../../http/byte-gate.ts';
import { mediaTypeOf } from '../../http/media-type.ts';
import type { Metrics } from '../../http/metrics.ts';
import type { Quotas } from '../../http/quotas.ts';
import { toCanonicalDraft } from '../../ledger/draft-facts.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type ApiRoute, json, route } from '../route.ts';

export interface RecordRouteDependencies {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly admit: (request: Request, permission: Permission) => Caller;
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
  readonly maxBatchEvents: number;
  readonly quotas?: Quotas;
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

/** A body that is not larger is read and recorded at once. */
const smallBodyBytes = 64 * 1024;
/** While it is read and recorded, a body needs several times its own memory. Larger ones wait for each other. */
const maxLargeBytes = 32 * 1024 * 1024;

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
  const largeBodies = new ByteGate(maxLargeBytes);
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
      errors: [409],
    },
    async (c) => {
      const caller = admit(c.req.raw, 'audit_log:create');
      const mediaType = draftsMediaType(c.req.raw);
      dependencies.quotas?.check(caller);
      const bytes = await readBody(c.req.raw, dependencies.maxBodyBytes);
      const { identity } = caller.organisation;
      const record = async () => {
        const now = dependencies.clock();
        const drafts = await reading.run(
          readDrafts(bytes, mediaType, now, maxBatchEvents, toCanonicalDraft),
          identity,
        );
        // A large body waits for others before it, and takes a while itself.
        checkKeyAgain(c.req.raw);
        return ledger.record(identity, drafts);
      };
      const isSmall = bytes.length <= smallBodyBytes;
      const receipt = await (isSmall ? record() : largeBodies.run(identity, bytes.length, record));
      dependencies.quotas?.use(caller, {
        events: receipt.accepted + receipt.duplicates,
        bytes: bytes.length,
      });
      metrics.recordedEvents.inc(receipt.accepted);
      metrics.duplicateEvents.inc(receipt.duplicates);
      return c.json(receipt, 201);
    },
  );
}

function draftsMediaType(request: Request): DraftsMediaType {
  const mediaType = mediaTypeOf(request) ?? 'application/json';
  if (mediaType === 'application/json' || mediaType === 'application/x-ndjson') return mediaType;
  throw new AnnalsError(
    'unsupported-media',
    `Cannot record ${mediaType}: send application/json or application/x-ndjson`,
  );
}
