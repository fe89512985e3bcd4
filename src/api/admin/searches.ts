import { z } from 'zod';
import type { Accounts } from '../../access/accounts.ts';
import { checkKeyAgain, type Gate, type Principal } from '../../access/gate.ts';
import { randomText } from '../../access/key.ts';
import type { SearchRecord } from '../../access/records.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Clock, formatInstant } from '../../core/micros.ts';
import type { Organisation } from '../../core/organisation.ts';
import type { Random } from '../../core/uuid.ts';
import { requestFacts, requireNamedOrganisation } from '../../http/connection.ts';
import type { AccessChange, OwnRecords } from '../../ledger/own-records.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { nameSchema } from './organisations.ts';
import { nextCursorSchema, pageOf, pageParameters } from './pages.ts';

export interface SearchRouteDependencies {
  readonly accounts: Accounts;
  readonly gate: Gate;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
  readonly random: Random;
}

/** Searches that one organisation may keep. */
const maxSearches = 200;

const querySchema = z
  .string()
  .max(4_000, 'must have at most 4000 characters')
  .regex(/^[!-"$->@-~]*$/, 'must be the query of an address, escaped, without ? and #')
  .describe('The query of a list, such as `action=kms.decrypt&from=2026-01-01`, without the ?');

const searchRequestSchema = z
  .strictObject({ name: nameSchema, query: querySchema })
  .meta({ id: 'SearchRequest' });

const searchChangeSchema = z
  .strictObject({ name: nameSchema.exactOptional(), query: querySchema.exactOptional() })
  .meta({ id: 'SearchChange' });

const searchSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    query: z.string(),
    createdBy: z.string().describe('Id of the key, person or link that saved it'),
    createdAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Search' });

const searchListSchema = z
  .strictObject({ items: z.array(searchSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'SearchList' });

/**
 * Searches that an organisation keeps: everybody who may list its trail sees and saves them, their creators and those who
 * may revoke keys change them. What a search finds is not kept, and finding it needs what it always needs.
 */
export function searchRoutes(dependencies: SearchRouteDependencies): readonly ApiRoute[] {
  const { accounts, gate, ownRecords, clock, random } = dependencies;
  const { searches } = accounts.collections;

  const list = route(
    'GET',
    '/v1/searches',
    {
      operationId: 'listSearches',
      tag: 'searches',
      summary: 'List the saved searches of the organisation, by name',
      query: pageParameters,
      success: { status: 200, description: 'The searches', content: json(searchListSchema) },
    },
    (c, { query }) => {
      const { organisation } = admit(c.req.raw);
      const { items, ...next } = pageOf(searchesOf(organisation), ({ id }) => id, query());
      return c.json({ items: items.map(searchResponse), ...next });
    },
  );

  const create = route(
    'POST',
    '/v1/searches',
    {
      operationId: 'createSearch',
      tag: 'searches',
      summary: 'Save a search for everybody in the organisation',
      body: searchRequestSchema,
      success: { status: 201, description: 'The search', content: json(searchSchema) },
      errors: [409],
    },
    async (c, { body }) => {
      const request = c.req.raw;
      const { account, organisation } = admit(request);
      if ('purpose' in account && account.purpose === 'share') {
        throw new AnnalsError('forbidden', 'Not allowed: a link that is shared only reads');
      }
      const { name, query } = await body('save the search');
      const search: SearchRecord = {
        id: randomText(12, random),
        organisation: organisation.identity,
        name,
        query,
        createdBy: account.id,
        createdAt: clock(),
      };
      const check = () => {
        refuseTakenName(organisation, search);
        if (searchesOf(organisation).length < maxSearches) return;
        throw new AnnalsError(
          'conflict',
          `Cannot save the search: the organisation has ${maxSearches} already. Delete some`,
        );
      };
      check();
      await record('search.create', search, account, request);
      checkKeyAgain(request);
      // Another request may have saved one meanwhile.
      check();
      await searches.put(search);
      return c.json(searchResponse(search), 201);
    },
  );

  const update = route(
    'PATCH',
    '/v1/searches/:id',
    {
      operationId: 'updateSearch',
      tag: 'searches',
      summary: 'Change a saved search; for its creator, and for those who may revoke keys',
      path: { id: z.string().describe('The search’s id') },
      body: searchChangeSchema,
      success: { status: 200, description: 'The search', content: json(searchSchema) },
      errors: [409],
    },
    async (c, { body }) => {
      const request = c.req.raw;
      const principal = admit(request);
      const change = await body('change the search');
      const before = searchFor(principal, c.req.param('id'), request);
      const search = { ...before, ...change };
      refuseTakenName(principal.organisation, search);
      await record('search.update', search, principal.account, request);
      checkKeyAgain(request);
      // Another request may have changed the other field meanwhile.
      const changed = { ...searchFor(principal, search.id, request), ...change };
      refuseTakenName(principal.organisation, changed);
      await searches.put(changed);
      return c.json(searchResponse(changed));
    },
  );

  const remove = route(
    'DELETE',
    '/v1/searches/:id',
    {
      operationId: 'deleteSearch',
      tag: 'searches',
      summary: 'Delete a saved search; for its creator, and for those who may revoke keys',
      path: { id: z.string().describe('The search’s id') },
      success: { status: 200, description: 'The search', content: json(searchSchema) },
    },
    async (c) => {
      const request = c.req.raw;
      const principal = admit(request);
      const search = searchFor(principal, c.req.param('id'), request);
      await record('search.delete', search, principal.account, request);
      await searches.remove(search.id);
      return c.json(searchResponse(search));
    },
  );

  return [list, create, update, remove];

  function admit(request: Request): Principal & { readonly organisation: Organisation } {
    const principal = gate.authenticate(request);
    gate.authorize(principal, 'audit_log:list', request);
    const { organisation } = principal;
    if (organisation === undefined) throw searchNotFound();
    requireNamedOrganisation(organisation, request);
    return { ...principal, organisation };
  }

  function searchesOf({ identity }: Organisation): readonly SearchRecord[] {
    return [...searches.values()]
      .filter(({ organisation }) => organisation === identity)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  function refuseTakenName(organisation: Organisation, { id, name }: SearchRecord): void {
    if (!searchesOf(organisation).some((one) => one.name === name && one.id !== id)) return;
    throw new AnnalsError('conflict', `Cannot save the search: "${name}" is taken`);
  }

  /** The search of that id. One of another organisation does not exist; one of somebody else cannot be changed. */
  function searchFor(principal: Principal, id: string, request: Request): SearchRecord {
    const search = searches.get(id);
    const { account, organisation } = principal;
    if (search === undefined || search.organisation !== organisation?.identity) {
      throw searchNotFound();
    }
    if (search.createdBy !== account.id) gate.authorize(principal, 'api_key:delete', request);
    return search;
  }

  function record(
    action: 'search.create' | 'search.update' | 'search.delete',
    { id, name, query, organisation }: SearchRecord,
    by: Principal['account'],
    request: Request,
  ): Promise<void> {
    const change: AccessChange = {
      action,
      description: `${texts[action]} the search ${name}`,
      resourceType: 'search',
      resourceIdentity: id,
      organisation,
      details: { query },
    };
    return ownRecords.accessChanged(change, by, requestFacts(request));
  }
}

const texts = {
  'search.create': 'Saved',
  'search.update': 'Changed',
  'search.delete': 'Deleted',
} as const;

function searchNotFound(): AnnalsError {
  return new AnnalsError('not-found', 'There is no search of this id');
}

function searchResponse({ id, name, query, createdBy, createdAt }: SearchRecord) {
  return { id, name, query, createdBy, createdAt: formatInstant(createdAt) };
}
