import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { recordedQuery } from '../../http/connection.ts';
import { streamBody } from '../../http/streaming.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, route } from '../route.ts';

import { eventStream } from './event-stream.ts';
import { filterOrNothing, filterParameters } from './filter.ts';
import type { OpenStreams } from './open-streams.ts';

const heartbeatMillis = 15_000;
const pauseMillis = 100;

const streamParameters = filterParameters.extend({
  fromSequence: wholeNumberParameter(0)
    .describe('The first sequence; without it the stream begins with the next event')
    .exactOptional(),
});

export const streamRoute = (dependencies: DialectDependencies, streams: OpenStreams): ApiRoute =>
  route(
    'GET',
    '/v1/audit/stream',
    {
      operationId: 'streamEvents',
      tag: 'trail',
      summary: 'Stream events as they are recorded',
      description:
        'Server-sent events, in the order of recording, without end: `audit` is an event, and its id the sequence; `dropped` says which sequences the log does not have any more; `end` says why the stream ends. A comment comes every 15 seconds. A client that connects again with Last-Event-ID misses nothing.',
      query: streamParameters,
      headers: {
        'Last-Event-ID': z
          .string()
          .describe(
            'The id that came last: the stream goes on after it, whatever fromSequence says',
          ),
      },
      success: {
        status: 200,
        description: 'The events',
        content: { 'text/event-stream': z.string() },
      },
      errors: [409],
    },
    async (c, { query }) => {
      const caller = dependencies.admit(c.req.raw, 'audit_log:list');
      const { signal } = c.req.raw;
      const reader = dependencies.reader.withSignal(signal);
      const parameters = query('stream');
      const organisation = caller.organisation.identity;
      const lastEventId = c.req.header('last-event-id');
      const after = lastEventId === undefined ? undefined : parseEventId(lastEventId);
      const requested = after === undefined ? parameters.fromSequence : after + 1;
      const { size } = await reader.head(organisation);
      if (requested !== undefined && requested > size) throw aheadOfLog(requested, size);
      const filter = filterOrNothing(parameters, caller.organisation);
      const headers = {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        // A proxy that waits for more before it passes on what it has would hold up each event.
        'X-Accel-Buffering': 'no',
        // When the stream ends because the server stops, its connection must end too.
        Connection: 'close',
      };
      if (c.req.method === 'HEAD') return new Response(null, { headers });
      const stream = streams.open(caller.keyId, organisation);
      const leave = () => {
        stream.end('disconnected');
        streams.close(stream);
      };
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      try {
        await dependencies.recordRead(caller, 'audit_log.list', {
          stream: true,
          query: recordedQuery(new URL(c.req.url)),
        });
        // Read again: the record of this read is not news.
        const from = requested ?? (await reader.head(organisation)).size;
        const options = { organisation, filter, from, heartbeatMillis, pauseMillis };
        const chunks = closeAtEnd(eventStream(reader, stream, options), leave);
        const body = streamBody(chunks, c, {
          onFault: (fault) => dependencies.reportFault?.(fault),
          onKeyEnded: () => stream.end('credential'),
        });
        return new Response(body, { headers });
      } catch (error) {
        leave();
        throw error;
      }
    },
  );

async function* closeAtEnd<T>(chunks: AsyncIterable<T>, close: () => void): AsyncGenerator<T> {
  try {
    yield* chunks;
  } finally {
    close();
  }
}

function parseEventId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AnnalsError(
    'invalid',
    'Cannot stream: Last-Event-ID is not the id of an event of a stream: a whole number',
  );
}

/** The events that come there are not those that the client waits for. */
function aheadOfLog(sequence: number, size: number): AnnalsError {
  return new AnnalsError(
    'conflict',
    `Cannot stream from sequence ${sequence}: the log has ${size} events. If it was restored from a backup, begin again with fromSequence=${size}`,
  );
}
