import type { Context } from 'hono';
import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import { eventSchema } from '../../core/event.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { firstKeptSequence, keptFromHeader } from '../../dialects/dropped-events.ts';
import { acceptsZstd } from '../../http/accept-encoding.ts';
import { recordedQuery } from '../../http/connection.ts';
import type { HttpEnv } from '../../http/env.ts';
import { streamBody } from '../../http/streaming.ts';
import { personalPaths, personalPathsOf } from '../../integrity/personal.ts';
import { flagParameter, wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import {
  type ExportStreamOptions,
  exportChunks,
  formatWriters,
  parseExportPosition,
} from './export-chunks.ts';
import { filterFromParameters, filterParameters } from './filter.ts';
import { keptFromSchema, snapshotSchema } from './page.ts';

const exportParameters = filterParameters.extend({
  format: z
    .enum(['json', 'ndjson', 'csv'], 'must be json, ndjson or csv')
    .describe('json by default')
    .exactOptional(),
  order: z
    .enum(['asc', 'desc'], 'must be asc or desc')
    .describe('By createdAt; asc by default')
    .exactOptional(),
  salts: flagParameter
    .describe(
      'With ndjson: each line is {"salt", "event"}, the salt in base64 or null, so that the events can be proved',
    )
    .exactOptional(),
  redact: z
    .enum(['personal'], 'must be personal')
    .describe('Leave out the personal fields; what remains still verifies')
    .exactOptional(),
  after: z
    .string()
    .regex(/^[^/]+\/\d{1,15}$/, 'must be a createdAt and a sequence, joined by a slash')
    .describe(
      'Go on after this event: its createdAt and sequence, joined by a slash, such as 2026-06-20T08:14:03.512904Z/41',
    )
    .meta({
      pattern:
        '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?(Z|[+-]\\d{2}:\\d{2})/\\d{1,15}$',
    })
    .exactOptional(),
  snapshot: wholeNumberParameter(0)
    .describe('Size of the log to look at, as in Annals-Snapshot')
    .exactOptional(),
});

export const exportRoute = (dependencies: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/export',
    {
      operationId: 'exportEvents',
      tag: 'trail',
      summary: 'Export all matching events as one stream',
      description:
        'Oldest first. The body ends cleanly only when everything was sent; otherwise the connection breaks, also when the key is revoked or expires on the way. A client that reads nothing for ten minutes is disconnected.',
      query: exportParameters,
      headers: {
        'Accept-Encoding': z
          .string()
          .describe(
            'Names zstd, and not identity before it, for a body packed as zstd: several frames, one after the other (RFC 8878)',
          ),
      },
      success: {
        status: 200,
        description: 'The events, in the format that was requested',
        headers: {
          'Annals-Snapshot': snapshotSchema,
          [keptFromHeader]: keptFromSchema,
          'Content-Encoding': z
            .literal('zstd')
            .describe('When it was requested and the body is packed; absent otherwise'),
          Trailer: z
            .string()
            .describe(
              'What comes after a whole body, except by HTTP/1.0: Annals-Export-Complete, which is true, and Annals-Export-Count, the number of events',
            ),
          'Content-Disposition': z
            .string()
            .describe('A name for the body when it is saved as a file'),
        },
        content: {
          ...json(z.array(eventSchema).meta({ id: 'Events' })),
          'application/x-ndjson': z.string().describe('An event a line'),
          'text/csv': z.string().describe('A header, then an event a row'),
        },
      },
    },
    async (c, { query }) => {
      const caller = dependencies.admit(c.req.raw, 'audit_log:list');
      const reader = dependencies.reader.withSignal(c.req.raw.signal);
      const parameters = query();
      const organisation = caller.organisation.identity;
      const format = parameters.format ?? 'json';
      if (parameters.salts === true && format !== 'ndjson') {
        throw new AnnalsError('invalid', `Cannot export salts as ${format}: ask for format=ndjson`);
      }
      const after =
        parameters.after === undefined ? undefined : parseExportPosition(parameters.after);
      const { size } = await reader.head(organisation);
      const snapshot = Math.min(parameters.snapshot ?? size, size);
      // A filter that names another organisation matches nothing, which is a window without events.
      const filter = filterFromParameters(parameters, caller.organisation) ?? {
        conditions: [{ facets: [], values: [] }],
      };
      const dropped = await reader.dropped(organisation);
      await dependencies.recordRead(caller, 'audit_log.export', {
        query: recordedQuery(new URL(c.req.url)),
        snapshot,
      });
      const options: ExportStreamOptions = {
        organisation,
        filter,
        order: parameters.order ?? 'asc',
        format,
        snapshot,
        after,
        dropped,
        redacted: parameters.redact === 'personal',
        paths: personalPaths(personalPathsOf(caller.organisation)),
        withSalts: parameters.salts === true,
        packing: acceptsZstd(c.req.header('accept-encoding')) ? 'zstd' : 'plain',
      };
      return exportResponse(c, { ...dependencies, reader }, options);
    },
  );

/**
 * Streams an export. The body ends cleanly only when everything was sent; a failure on the way breaks the connection.
 * Trailers say the same in words to a client that reads them.
 */
function exportResponse(
  c: Context<HttpEnv>,
  { reader, reportFault }: DialectDependencies,
  options: ExportStreamOptions,
): Response {
  const { format, snapshot, packing, dropped, filter } = options;
  const headers: Record<string, string> = {
    'Content-Type': formatWriters[format].mediaType,
    'Content-Disposition': `attachment; filename="audit-logs.${format}"`,
    'Annals-Snapshot': String(snapshot),
    'Cache-Control': 'no-store',
    Vary: 'Accept-Encoding',
    ...(packing === 'zstd' && { 'Content-Encoding': 'zstd' }),
  };
  const first = firstKeptSequence(dropped, filter);
  if (first !== undefined) headers[keptFromHeader] = String(first);
  if (c.req.method === 'HEAD') return new Response(null, { headers });
  const { incoming, outgoing } = c.env ?? {};
  // HTTP/1.0 has no chunks and so no trailers; there the end of the connection is the end of the body.
  if (incoming?.httpVersion !== '1.0') {
    headers.Trailer = 'Annals-Export-Complete, Annals-Export-Count';
  }
  const chunks = exportChunks(reader, options, (count) => {
    outgoing?.addTrailers({
      'Annals-Export-Complete': 'true',
      'Annals-Export-Count': String(count),
    });
  });
  const body = streamBody(chunks, c, { onFault: (fault) => reportFault?.(fault) });
  return new Response(body, { headers });
}
