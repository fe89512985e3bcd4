import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import { eventSchema } from '../../core/event.ts';
import { textMembers } from '../../core/json/members.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { decodableEvent } from '../../dialects/thalassa/decodable.ts';
import type { EventReader, StoredEvent } from '../../store/event-store.ts';
import { eventNotFound } from '../errors.ts';
import { readParameters, wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';

const success = { status: 200, description: 'The event', content: json(eventSchema) } as const;

export const eventRoute = ({ admit, reader, recordRead }: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/:eventID',
    {
      operationId: 'getEvent',
      tag: 'trail',
      summary: 'Get one event',
      path: { eventID: z.string().describe('The event’s id') },
      success,
    },
    async (c) => {
      const caller = admit(c.req.raw, 'audit_log:read');
      const eventID = c.req.param('eventID');
      const tracked = reader.withSignal(c.req.raw.signal);
      const event = await tracked.get(caller.organisation.identity, eventID);
      if (event === undefined) throw eventNotFound();
      await recordRead(caller, 'audit_log.read', { eventID });
      return eventResponse(event);
    },
  );

const sequencePath = z.object({
  sequence: wholeNumberParameter(0).describe('The event’s number in its log, from 0'),
});

export const eventBySequenceRoute = (dependencies: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/sequence/:sequence',
    {
      operationId: 'getEventBySequence',
      tag: 'trail',
      summary: 'Get one event by its sequence',
      path: sequencePath.shape,
      success,
      errors: [410],
    },
    async (c) => {
      const caller = dependencies.admit(c.req.raw, 'audit_log:read');
      const path = new URLSearchParams({ sequence: c.req.param('sequence') });
      const { sequence } = readParameters(sequencePath, path, 'get the event');
      const tracked = dependencies.reader.withSignal(c.req.raw.signal);
      const event = await eventAt(tracked, caller.organisation.identity, sequence);
      const [eventID] = textMembers(event.body, ['eventID']);
      await dependencies.recordRead(caller, 'audit_log.read', { eventID, sequence });
      return eventResponse(event);
    },
  );

async function eventAt(
  reader: EventReader,
  organisation: string,
  sequence: number,
): Promise<StoredEvent> {
  for await (const [event] of reader.scan(organisation, { from: sequence, to: sequence + 1 })) {
    if (event !== undefined) return event;
  }
  const { before = 0 } = (await reader.dropped(organisation)) ?? {};
  if (sequence < before) {
    throw new AnnalsError(
      'gone',
      `The log does not keep event ${sequence}: those before ${before} were dropped, and only their hashes are there`,
    );
  }
  throw new AnnalsError(
    'not-found',
    `There is no event of sequence ${sequence} in the organisation’s log`,
  );
}

function eventResponse({ body }: StoredEvent): Response {
  return new Response(decodableEvent(body), { headers: { 'Content-Type': 'application/json' } });
}
