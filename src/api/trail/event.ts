import { z } from 'zod';
import { eventSchema } from '../../core/event.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { decodableEvent } from '../../dialects/thalassa/decodable.ts';
import { eventNotFound } from '../errors.ts';
import { type ApiRoute, json, route } from '../route.ts';

export const eventRoute = ({ admit, reader, recordRead }: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/:eventID',
    {
      operationId: 'getEvent',
      tag: 'trail',
      summary: 'Get one event',
      path: { eventID: z.string().describe('The event’s id') },
      success: { status: 200, description: 'The event', content: json(eventSchema) },
    },
    async (c) => {
      const caller = admit(c.req.raw, 'audit_log:read');
      const eventID = c.req.param('eventID');
      const tracked = reader.withSignal(c.req.raw.signal);
      const event = await tracked.get(caller.organisation.identity, eventID);
      if (event === undefined) throw eventNotFound();
      await recordRead(caller, 'audit_log.read', { eventID });
      return new Response(decodableEvent(event.body), {
        headers: { 'Content-Type': 'application/json' },
      });
    },
  );
