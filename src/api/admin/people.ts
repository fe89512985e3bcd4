import { z } from 'zod';
import type { Accounts } from '../../access/accounts.ts';
import type { Gate } from '../../access/gate.ts';
import type { Links } from '../../access/links.ts';
import type { People } from '../../access/people.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Clock } from '../../core/micros.ts';
import { requestFacts, requireNamedOrganisation } from '../../http/connection.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import type { EventReader } from '../../store/event-store.ts';
import { flagParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { createdFields, createdResponse } from './created-accounts.ts';
import { managedOrganisation, mayManage } from './managed-organisation.ts';
import { nextCursorSchema, pageOf, pageParameters } from './pages.ts';
import { personResponse, personSchema } from './person-response.ts';
import { Revocations } from './revocations.ts';

export interface PeopleRouteDependencies {
  readonly accounts: Accounts;
  readonly reader: Pick<EventReader, 'head'>;
  readonly gate: Gate;
  readonly links: Links;
  readonly people: People;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
}

const peopleListSchema = z
  .strictObject({ items: z.array(personSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'PersonList' });

const revokedPersonSchema = personSchema
  .extend({
    ...createdFields,
    owed: z
      .array(z.string())
      .describe('When the disk is full: what is not written yet. The person is out nevertheless')
      .exactOptional(),
  })
  .meta({ id: 'RevokedPerson' });

const listQuery = pageParameters.extend({
  organisation: z
    .string()
    .describe('Identity or slug; the account’s own organisation by default')
    .exactOptional(),
});

const revokeQuery = z.object({
  withCreated: flagParameter
    .describe('Revoke what the person created too, and what these created')
    .exactOptional(),
});

/** People with passkeys, for those who may list and revoke keys. They come by links. */
export function peopleRoutes(dependencies: PeopleRouteDependencies): readonly ApiRoute[] {
  const { accounts, gate, people, ownRecords } = dependencies;

  const list = route(
    'GET',
    '/v1/people',
    {
      operationId: 'listPeople',
      tag: 'people',
      summary: 'List the people of an organisation, who sign in with passkeys',
      query: listQuery,
      success: { status: 200, description: 'The people', content: json(peopleListSchema) },
    },
    async (c, { query }) => {
      const principal = gate.authenticate(c.req.raw);
      gate.authorize(principal, 'api_key:list', c.req.raw);
      const wanted = query();
      const { identity } = await managedOrganisation(
        dependencies,
        principal,
        wanted.organisation,
        c.req.raw,
      );
      const { items, ...next } = pageOf(people.list(identity), ({ id }) => id, wanted);
      ownRecords.operatorRead('person.list', principal.account, requestFacts(c.req.raw));
      return c.json({ items: items.map(personResponse), ...next });
    },
  );

  const revoke = route(
    'DELETE',
    '/v1/people/:id',
    {
      operationId: 'revokePerson',
      tag: 'people',
      summary: 'Revoke a person’s passkey and sessions, from the next request on',
      path: { id: z.string().describe('The person’s id') },
      query: revokeQuery,
      success: { status: 200, description: 'The person', content: json(revokedPersonSchema) },
    },
    async (c, { query }) => {
      const request = c.req.raw;
      const principal = gate.authenticate(request);
      gate.authorize(principal, 'api_key:delete', request);
      const { withCreated = false } = query();
      const person = people.get(c.req.param('id'));
      const organisation = accounts.organisation(person?.organisation ?? '');
      if (
        person === undefined ||
        organisation === undefined ||
        !mayManage(principal, organisation.identity)
      ) {
        throw new AnnalsError('not-found', 'There is no person of this id');
      }
      requireNamedOrganisation(organisation, request);
      const revocations = new Revocations(dependencies, principal.account, request);
      if (person.revokedAt === undefined) await revocations.revoke(person);
      const created = await revocations.created(person, withCreated);
      return c.json({
        ...personResponse(people.get(person.id) ?? person),
        ...createdResponse(created),
        ...(revocations.owed.length > 0 && { owed: revocations.owed }),
      });
    },
  );

  return [list, revoke];
}
