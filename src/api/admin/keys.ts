import { Hono } from 'hono';
import { z } from 'zod';
import type { Accounts, KeyRecord } from '../../access/accounts.ts';
import type { Gate, Principal } from '../../access/gate.ts';
import { createApiKey, formatKey, hashSecret } from '../../access/key.ts';
import { organisationRoles } from '../../access/roles.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Clock, formatInstant, parseInstant } from '../../core/micros.ts';
import type { Organisation } from '../../core/organisation.ts';
import type { Random } from '../../core/uuid.ts';
import {
  namedOrganisation,
  organisationNotFound,
  requestFacts,
  requireNamedOrganisation,
} from '../../http/connection.ts';
import { readJson } from '../../http/json-body.ts';
import { nameSchema } from '../../http/name.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import type { EventReader } from '../../store/event-store.ts';
import { methodNotAllowed } from '../errors.ts';
import { isCreated } from './organisations.ts';

export interface KeyRouteDependencies {
  readonly accounts: Accounts;
  readonly reader: Pick<EventReader, 'head'>;
  readonly gate: Gate;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
  readonly random: Random;
}

export const newKeySchema = z
  .strictObject({
    organisation: z
      .string()
      .describe('Identity or slug; may be left out by a key that belongs to one')
      .exactOptional(),
    role: z.enum(organisationRoles),
    name: nameSchema,
    expiresAt: z.string().describe('RFC 3339; never by default').exactOptional(),
  })
  .meta({ id: 'NewKey' });

/** A key as it is listed: never with its secret. */
export const keySchema = z
  .strictObject({
    id: z.string(),
    organisation: z.string().describe('Identity'),
    role: z.enum(organisationRoles),
    name: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().exactOptional(),
    revokedAt: z.iso.datetime().exactOptional(),
  })
  .meta({ id: 'Key' });

export const createdKeySchema = keySchema
  .extend({ key: z.string().describe('annals_<id>_<secret>; shown this once') })
  .meta({ id: 'MadeKey' });

/** Keys: made, listed and revoked by the operator for any organisation and by an org-admin for its own. */
export function keyRoutes(dependencies: KeyRouteDependencies): Hono {
  const { accounts, reader, gate, ownRecords, clock, random } = dependencies;
  const app = new Hono();

  app.post('/v1/keys', async (c) => {
    const principal = gate.authenticate(c.req.raw);
    gate.authorize(principal, 'api_key:create', c.req.raw);
    const wanted = await readJson(c.req.raw, newKeySchema, 'make the key');
    const organisation = await organisationFor(principal, wanted.organisation, c.req.raw);
    const expiresAt = wanted.expiresAt === undefined ? undefined : expiry(wanted.expiresAt);
    const made = createApiKey(random);
    const record: KeyRecord = {
      id: made.id,
      organisation,
      role: wanted.role,
      name: wanted.name,
      secretHash: hashSecret(made.secret),
      createdAt: clock(),
      ...(expiresAt !== undefined && { expiresAt }),
    };
    // Recorded first: a record of a key that was not made does less harm than a key without a record.
    await ownRecords.keyChanged('api_key.create', record, principal.key, requestFacts(c.req.raw));
    await accounts.addKey(record);
    return c.json({ ...keyResponse(record), key: formatKey(made) }, 201);
  });

  app.get('/v1/keys', async (c) => {
    const principal = gate.authenticate(c.req.raw);
    gate.authorize(principal, 'api_key:list', c.req.raw);
    const organisation = await organisationFor(principal, c.req.query('organisation'), c.req.raw);
    return c.json({ items: accounts.keys(organisation).map(keyResponse) });
  });

  app.delete('/v1/keys/:id', async (c) => {
    const principal = gate.authenticate(c.req.raw);
    gate.authorize(principal, 'api_key:delete', c.req.raw);
    const key = accounts.key(c.req.param('id'));
    const organisation = accounts.organisation(key?.organisation ?? '');
    if (key === undefined || organisation === undefined || !mayManage(principal, organisation)) {
      throw new AnnalsError('not-found', 'There is no key of this id');
    }
    requireNamedOrganisation(organisation, c.req.raw);
    if (key.revokedAt === undefined) {
      await ownRecords.keyChanged('api_key.revoke', key, principal.key, requestFacts(c.req.raw));
      await accounts.revokeKey(key.id, clock());
    }
    return c.json(keyResponse(accounts.key(key.id) ?? key));
  });

  app.all('/v1/keys', (c) => methodNotAllowed(c.req.method, 'GET, POST'));
  app.all('/v1/keys/:id', (c) => methodNotAllowed(c.req.method, 'DELETE'));
  return app;

  /** Identity of the organisation meant; one the caller has no business with does not exist for it. */
  async function organisationFor(
    principal: Principal,
    asked: string | undefined,
    request: Request,
  ): Promise<string> {
    const named = asked || namedOrganisation(request);
    const organisation =
      named === undefined ? principal.organisation : accounts.organisation(named);
    if (named === undefined && organisation === undefined) {
      throw new AnnalsError('invalid', 'Cannot tell whose keys: name the organisation', {
        issues: [{ field: 'organisation', message: 'is missing' }],
      });
    }
    if (organisation === undefined || !mayManage(principal, organisation))
      throw organisationNotFound();
    // Only the operator can know of one that is not, for nobody has a key of it.
    if (principal.key.role === 'operator' && !(await isCreated(organisation, reader))) {
      throw organisationNotFound();
    }
    requireNamedOrganisation(organisation, request);
    return organisation.identity;
  }

  function expiry(text: string): number {
    const at = parseInstant(text);
    if (typeof at === 'number' && at > clock()) return at;
    const message = typeof at === 'number' ? 'is in the past' : 'is no RFC 3339 time';
    throw new AnnalsError('invalid', `Cannot make the key: expiresAt ${message}`, {
      issues: [{ field: 'expiresAt', message }],
    });
  }
}

function mayManage({ key, organisation }: Principal, { identity }: Organisation): boolean {
  return key.role === 'operator' || organisation?.identity === identity;
}

function keyResponse({ id, organisation, role, name, createdAt, expiresAt, revokedAt }: KeyRecord) {
  return {
    id,
    organisation,
    role,
    name,
    createdAt: formatInstant(createdAt),
    ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
    ...(revokedAt !== undefined && { revokedAt: formatInstant(revokedAt) }),
  };
}
