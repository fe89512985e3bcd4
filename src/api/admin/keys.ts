import { z } from 'zod';
import type { Accounts } from '../../access/accounts.ts';
import type { Gate, Principal } from '../../access/gate.ts';
import { createApiKey, formatKey, hashSecret } from '../../access/key.ts';
import type { Links } from '../../access/links.ts';
import type { People } from '../../access/people.ts';
import type { KeyRecord } from '../../access/records.ts';
import { organisationRoles } from '../../access/roles.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Clock, parseInstant } from '../../core/micros.ts';
import type { Random } from '../../core/uuid.ts';
import { requestFacts, requireNamedOrganisation } from '../../http/connection.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import type { EventReader } from '../../store/event-store.ts';
import { flagParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { createdFields, createdResponse } from './created-accounts.ts';
import { keyResponse, keySchema } from './key-response.ts';
import { managedOrganisation, mayManage } from './managed-organisation.ts';
import { nameSchema } from './organisations.ts';
import { nextCursorSchema, pageOf, pageParameters } from './pages.ts';
import { ownQuotas, QuotaChanges, quotasChangeSchema, quotasSchema } from './quotas.ts';
import { Revocations } from './revocations.ts';

export interface KeyRouteDependencies {
  readonly accounts: Accounts;
  readonly reader: Pick<EventReader, 'head'>;
  readonly gate: Gate;
  readonly links: Links;
  readonly people: People;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
  readonly random: Random;
}

const keyRequestSchema = z
  .strictObject({
    organisation: z
      .string()
      .describe('Identity or slug; the key’s own organisation by default')
      .exactOptional(),
    role: z.enum(organisationRoles),
    name: nameSchema,
    expiresAt: z
      .string()
      .describe('RFC 3339; never by default')
      .meta({ format: 'date-time' })
      .exactOptional(),
    quotas: quotasSchema.describe('For the operator').exactOptional(),
  })
  .meta({ id: 'KeyRequest' });

const keyListSchema = z
  .strictObject({ items: z.array(keySchema), nextCursor: nextCursorSchema })
  .meta({ id: 'KeyList' });

const createdKeySchema = keySchema
  .extend({ key: z.string().describe('annals_<id>_<secret>; shown this once') })
  .meta({ id: 'CreatedKey' });

const revokedKeySchema = keySchema
  .extend({
    ...createdFields,
    owed: z
      .array(z.string())
      .describe(
        'When the disk is full: what is not written yet. The keys are revoked nevertheless, from the next request on',
      )
      .exactOptional(),
  })
  .meta({ id: 'RevokedKey' });

const revokeQuery = z.object({
  withCreated: flagParameter
    .describe('Revoke the keys that it created too, and those that these created')
    .exactOptional(),
});

const listQuery = pageParameters.extend({
  organisation: z
    .string()
    .describe('Identity or slug; the key’s own organisation by default')
    .exactOptional(),
});

/** The operator creates, lists and revokes keys of any organisation, an org-admin those of its own. */
export function keyRoutes(dependencies: KeyRouteDependencies): readonly ApiRoute[] {
  const { accounts, gate, ownRecords, clock, random } = dependencies;
  const quotaChanges = new QuotaChanges(dependencies);

  const list = route(
    'GET',
    '/v1/keys',
    {
      operationId: 'listKeys',
      tag: 'keys',
      summary: 'List the keys of an organisation, without their secrets',
      query: listQuery,
      success: { status: 200, description: 'The keys', content: json(keyListSchema) },
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
      const { items, ...next } = pageOf(accounts.keys(identity), ({ id }) => id, wanted);
      ownRecords.operatorRead('api_key.list', principal.account, requestFacts(c.req.raw));
      return c.json({ items: items.map(keyResponse), ...next });
    },
  );

  const create = route(
    'POST',
    '/v1/keys',
    {
      operationId: 'createKey',
      tag: 'keys',
      summary: 'Create a key; its secret is in this response and in no other',
      body: keyRequestSchema,
      success: { status: 201, description: 'The key', content: json(createdKeySchema) },
    },
    async (c, { body }) => {
      const principal = gate.authenticate(c.req.raw);
      gate.authorize(principal, 'api_key:create', c.req.raw);
      const requested = await body('create the key');
      if (requested.quotas !== undefined) gate.authorize(principal, 'quota:set', c.req.raw);
      const { identity: organisation } = await managedOrganisation(
        dependencies,
        principal,
        requested.organisation,
        c.req.raw,
      );
      const expiresAt =
        requested.expiresAt === undefined ? undefined : parseExpiry(requested.expiresAt);
      const key = createApiKey(random);
      const record: KeyRecord = {
        id: key.id,
        organisation,
        role: requested.role,
        name: requested.name,
        secretHash: hashSecret(key.secret),
        createdAt: clock(),
        createdBy: principal.account.id,
        ...(expiresAt !== undefined && { expiresAt }),
        ...ownQuotas(requested.quotas),
      };
      // Recorded first: a record of a key that was not created does less harm than a key without a record.
      await ownRecords.keyCreated(record, principal.account, requestFacts(c.req.raw));
      await accounts.addKey(record);
      return c.json({ ...keyResponse(record), key: formatKey(key) }, 201);
    },
  );

  const update = route(
    'PATCH',
    '/v1/keys/:id',
    {
      operationId: 'updateKey',
      tag: 'keys',
      summary: 'Change the quotas of a key, from the next request on; for the operator',
      path: { id: z.string().describe('The key’s id') },
      body: quotasChangeSchema,
      success: { status: 200, description: 'The key', content: json(keySchema) },
    },
    async (c, { body }) => {
      const principal = gate.authenticate(c.req.raw);
      gate.authorize(principal, 'quota:set', c.req.raw);
      const change = await body('change the key');
      const { key, organisation } = keyFor(principal, c.req.param('id'), c.req.raw);
      const { id, name } = key;
      const current = () => accounts.key(id) ?? key;
      await quotaChanges.apply(
        { type: 'api_key', id, name, organisation: organisation.identity },
        () => current().quotas,
        change,
        principal.account,
        requestFacts(c.req.raw),
      );
      return c.json(keyResponse(current()));
    },
  );

  const revoke = route(
    'DELETE',
    '/v1/keys/:id',
    {
      operationId: 'revokeKey',
      tag: 'keys',
      summary: 'Revoke a key, from the next request on',
      path: { id: z.string().describe('The key’s id') },
      query: revokeQuery,
      success: { status: 200, description: 'The revoked key', content: json(revokedKeySchema) },
    },
    async (c, { query }) => {
      const principal = gate.authenticate(c.req.raw);
      gate.authorize(principal, 'api_key:delete', c.req.raw);
      const { key } = keyFor(principal, c.req.param('id'), c.req.raw);
      const { withCreated = false } = query();
      const revocations = new Revocations(dependencies, principal.account, c.req.raw);
      if (key.revokedAt === undefined) await revocations.revoke(key);
      const created = await revocations.created(key, withCreated);
      return c.json({
        ...keyResponse(accounts.key(key.id) ?? key),
        ...createdResponse(created),
        ...(revocations.owed.length > 0 && { owed: revocations.owed }),
      });
    },
  );

  return [list, create, update, revoke];

  /** The key of that id. One that the caller may not manage does not exist for it. */
  function keyFor(principal: Principal, id: string, request: Request) {
    const key = accounts.key(id);
    const organisation = accounts.organisation(key?.organisation ?? '');
    if (
      key === undefined ||
      organisation === undefined ||
      !mayManage(principal, organisation.identity)
    ) {
      throw new AnnalsError('not-found', 'There is no key of this id');
    }
    requireNamedOrganisation(organisation, request);
    return { key, organisation };
  }

  function parseExpiry(text: string): number {
    const at = parseInstant(text);
    if (typeof at === 'number' && at > clock()) return at;
    const message = typeof at === 'number' ? 'is in the past' : 'is not an RFC 3339 time';
    throw new AnnalsError('invalid', `Cannot create the key: expiresAt ${message}`, {
      issues: [{ field: 'expiresAt', message }],
    });
  }
}
