import { isDeepStrictEqual } from 'node:util';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Accounts } from '../../access/accounts.ts';
import type { Gate } from '../../access/gate.ts';
import { randomText } from '../../access/key.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Clock, formatInstant } from '../../core/micros.ts';
import type { Organisation } from '../../core/organisation.ts';
import type { Random } from '../../core/uuid.ts';
import { requestFacts, requireNamedOrganisation } from '../../http/connection.ts';
import { readJson } from '../../http/json-body.ts';
import { nameSchema } from '../../http/name.ts';
import { personalPaths } from '../../integrity/personal.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import type { EventReader } from '../../store/event-store.ts';
import { methodNotAllowed } from '../errors.ts';

export interface OrganisationRouteDependencies {
  readonly accounts: Accounts;
  readonly reader: Pick<EventReader, 'head'>;
  readonly gate: Gate;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
  readonly random: Random;
}

const notPersonalMessage = 'cannot be a personal part';

function isPersonalPath(path: string): boolean {
  try {
    personalPaths([path]);
    return true;
  } catch {
    return false;
  }
}

export const newOrganisationSchema = z
  .strictObject({
    slug: z
      .string()
      .regex(
        /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
        'must be 1 to 63 lower-case letters, digits and inner hyphens',
      )
      .refine((slug) => !slug.startsWith('org-'), 'must not begin with org-, as identities do'),
    name: nameSchema,
    personalPaths: z
      .array(
        z
          .string()
          .max(200, 'must have at most 200 characters')
          .refine(isPersonalPath, notPersonalMessage),
      )
      .max(100, 'must have at most 100 paths')
      .refine((paths) => new Set(paths).size === paths.length, 'must not name a path twice')
      .describe('What is personal in its events besides what always is: dotted paths, for good')
      .exactOptional(),
  })
  .meta({ id: 'NewOrganisation' });

export const organisationSchema = z
  .strictObject({
    identity: z.string(),
    slug: z.string(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    personalPaths: z.array(z.string()).exactOptional(),
  })
  .meta({ id: 'Organisation' });

/** Organisations: made by the operator; everybody else who may list sees their own. */
export function organisationRoutes(dependencies: OrganisationRouteDependencies): Hono {
  const { accounts, reader, gate, ownRecords, clock, random } = dependencies;
  const app = new Hono();

  app.post('/v1/organisations', async (c) => {
    const principal = gate.authenticate(c.req.raw);
    gate.authorize(principal, 'organisation:create', c.req.raw);
    const {
      slug,
      name,
      personalPaths: paths = [],
    } = await readJson(c.req.raw, newOrganisationSchema, 'make the organisation');
    const wanted = {
      slug,
      name,
      ...(paths.length > 0 && { personalPaths: paths.toSorted() }),
    };
    const begun = await unfinished(wanted);
    const organisation = begun ?? {
      identity: `org-${randomText(12, random).toLowerCase()}`,
      ...wanted,
      createdAt: clock(),
    };
    // It comes first: what is personal in its events must be known before there is one.
    if (begun === undefined) await accounts.addOrganisation(organisation);
    await ownRecords.organisationCreated(organisation, principal.key, requestFacts(c.req.raw));
    return c.json(organisationResponse(organisation), 201);
  });

  app.get('/v1/organisations', async (c) => {
    const principal = gate.authenticate(c.req.raw);
    gate.authorize(principal, 'organisation:list', c.req.raw);
    if (principal.organisation !== undefined) {
      requireNamedOrganisation(principal.organisation, c.req.raw);
    }
    const visible: Organisation[] = [];
    if (principal.organisation !== undefined) visible.push(principal.organisation);
    if (principal.key.role === 'operator') {
      for (const one of accounts.organisations()) {
        if (await isCreated(one, reader)) visible.push(one);
      }
    }
    return c.json({ items: visible.map(organisationResponse) });
  });

  app.all('/v1/organisations', (c) => methodNotAllowed(c.req.method, 'GET, POST'));
  return app;

  /** The same organisation, when its making was cut off. */
  async function unfinished(
    wanted: Omit<Organisation, 'identity' | 'createdAt'>,
  ): Promise<Organisation | undefined> {
    const found = accounts.organisation(wanted.slug);
    if (found === undefined) return undefined;
    const { identity: _identity, createdAt: _createdAt, ...rest } = found;
    if (await isCreated(found, reader)) return undefined;
    if (isDeepStrictEqual(rest, wanted)) return found;
    throw new AnnalsError(
      'conflict',
      `Cannot make the organisation: the making of ${wanted.slug} was cut off, and goes on only with the same name and personal paths`,
    );
  }
}

/**
 * Whether the log of an organisation has the record of its being made, which comes before everything else. One that has
 * not was begun when the disk or the server failed: it is shown to nobody and gets no key, until it is made again.
 */
export async function isCreated(
  { identity }: Organisation,
  reader: Pick<EventReader, 'head'>,
): Promise<boolean> {
  return (await reader.head(identity)).size > 0;
}

function organisationResponse({ createdAt, ...rest }: Organisation) {
  return { ...rest, createdAt: formatInstant(createdAt) };
}
