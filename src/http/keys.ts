import { Hono } from 'hono';
import { z } from 'zod';
import type { Directory, KeyRecord } from '../access/directory.ts';
import type { Gate, Principal } from '../access/gate.ts';
import { formatKey, hashSecret, makeKey } from '../access/key.ts';
import { organisationRoles } from '../access/roles.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Clock, formatInstant, parseInstant } from '../core/micros.ts';
import type { Organisation } from '../core/organisation.ts';
import type { Random } from '../core/uuid.ts';
import { methodNotAllowed } from '../dialects/native/errors.ts';
import type { OwnRecords } from '../ledger/own-records.ts';
import type { EventReader } from '../store/event-store.ts';
import {
  namedOrganisation,
  noOrganisation,
  requestFacts,
  requireNamedOrganisation,
} from './connection.ts';
import { readJson } from './json-body.ts';
import { nameSchema } from './name.ts';
import { isMade } from './organisations.ts';

export interface KeysParts {
  readonly directory: Directory;
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

export const madeKeySchema = keySchema
  .extend({ key: z.string().describe('annals_<id>_<secret>; shown this once') })
  .meta({ id: 'MadeKey' });

/** Keys: made, listed and revoked by the operator for any organisation and by an org-admin for its own. */
export function createKeys(parts: KeysParts): Hono {
  const { directory, reader, gate, ownRecords, clock, random } = parts;
  const app = new Hono();

  app.post('/v1/keys', async (c) => {
    const principal = gate.recognise(c.req.raw);
    gate.require(principal, 'api_key:create', c.req.raw);
    const wanted = await readJson(c.req.raw, newKeySchema, 'make the key');
    const organisation = await organisationFor(principal, wanted.organisation, c.req.raw);
    const expiresAt = wanted.expiresAt === undefined ? undefined : expiry(wanted.expiresAt);
    const made = makeKey(random);
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
    await directory.addKey(record);
    return c.json({ ...shown(record), key: formatKey(made) }, 201);
  });

  app.get('/v1/keys', async (c) => {
    const principal = gate.recognise(c.req.raw);
    gate.require(principal, 'api_key:list', c.req.raw);
    const organisation = await organisationFor(principal, c.req.query('organisation'), c.req.raw);
    return c.json({ items: directory.keys(organisation).map(shown) });
  });

  app.delete('/v1/keys/:id', async (c) => {
    const principal = gate.recognise(c.req.raw);
    gate.require(principal, 'api_key:delete', c.req.raw);
    const key = directory.key(c.req.param('id'));
    const organisation = directory.organisation(key?.organisation ?? '');
    if (key === undefined || organisation === undefined || !mayManage(principal, organisation)) {
      throw new AnnalsError('not-found', 'There is no key of this id');
    }
    requireNamedOrganisation(organisation, c.req.raw);
    if (key.revokedAt === undefined) {
      await ownRecords.keyChanged('api_key.revoke', key, principal.key, requestFacts(c.req.raw));
      await directory.revokeKey(key.id, clock());
    }
    return c.json(shown(directory.key(key.id) ?? key));
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
      named === undefined ? principal.organisation : directory.organisation(named);
    if (named === undefined && organisation === undefined) {
      throw new AnnalsError('invalid', 'Cannot tell whose keys: name the organisation', {
        issues: [{ field: 'organisation', message: 'is missing' }],
      });
    }
    if (organisation === undefined || !mayManage(principal, organisation)) throw noOrganisation();
    // Only the operator can know of one that is not, for nobody has a key of it.
    if (principal.key.role === 'operator' && !(await isMade(organisation, reader))) {
      throw noOrganisation();
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

function shown({ id, organisation, role, name, createdAt, expiresAt, revokedAt }: KeyRecord) {
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
