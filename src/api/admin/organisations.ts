import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Accounts } from '../../access/accounts.ts';
import type { Gate } from '../../access/gate.ts';
import { randomText } from '../../access/key.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Clock, formatInstant } from '../../core/micros.ts';
import { type Organisation, systemLog } from '../../core/organisation.ts';
import type { Random } from '../../core/uuid.ts';
import {
  organisationNotFound,
  requestFacts,
  requireNamedOrganisation,
} from '../../http/connection.ts';
import { personalPaths } from '../../integrity/personal.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import type { EventReader } from '../../store/event-store.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { nextCursorSchema, pageOf, pageParameters } from './pages.ts';
import { ownQuotas, QuotaChanges, quotasChangeSchema, quotasSchema } from './quotas.ts';

export interface OrganisationRouteDependencies {
  readonly accounts: Accounts;
  readonly reader: Pick<EventReader, 'head'>;
  readonly gate: Gate;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
  readonly random: Random;
}

/** The name of an organisation or a key: a line of text that cannot steer a terminal it is printed on. */
export const nameSchema = z
  .string()
  // Before it is trimmed, which would take a tab away: the document says that there must be none.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is rejected
  .regex(/^[^\x00-\x1f\x7f-\x9f]*$/, 'must not contain control characters')
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters');

const notPersonalMessage = 'cannot be a personal field';

function isPersonalPath(path: string): boolean {
  try {
    personalPaths([path]);
    return true;
  } catch {
    return false;
  }
}

const organisationRequestSchema = z
  .strictObject({
    slug: z
      .string()
      .regex(
        /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
        'must be 1 to 63 lower-case letters, digits and inner hyphens',
      )
      .refine((slug) => !slug.startsWith('org-'), 'must not begin with org-, as identities do')
      .refine(
        (slug) => slug !== systemLog.slug,
        'must not be system, which names the log of the server',
      ),
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
      .describe(
        'Personal fields of its events besides those that always are, as dotted paths. They can never be changed',
      )
      .exactOptional(),
    quotas: quotasSchema.exactOptional(),
  })
  .meta({ id: 'OrganisationRequest' });

const organisationSchema = z
  .strictObject({
    identity: z.string(),
    slug: z.string(),
    name: z.string(),
    createdAt: z.string().meta({ format: 'date-time' }),
    personalPaths: z.array(z.string()).exactOptional(),
    quotas: quotasSchema.exactOptional(),
  })
  .meta({ id: 'Organisation' });

const organisationListSchema = z
  .strictObject({ items: z.array(organisationSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'OrganisationList' });

/** The operator creates organisations. Everybody else with the permission to list sees their own. */
export function organisationRoutes(
  dependencies: OrganisationRouteDependencies,
): readonly ApiRoute[] {
  const { accounts, reader, gate, ownRecords, clock, random } = dependencies;
  const quotaChanges = new QuotaChanges(dependencies);

  const list = route(
    'GET',
    '/v1/organisations',
    {
      operationId: 'listOrganisations',
      tag: 'organisations',
      summary: 'List the organisations that this key may see',
      query: pageParameters,
      success: {
        status: 200,
        description: 'The organisations',
        content: json(organisationListSchema),
      },
    },
    async (c, { query }) => {
      const principal = gate.authenticate(c.req.raw);
      gate.authorize(principal, 'organisation:list', c.req.raw);
      const wanted = query();
      if (principal.organisation !== undefined) {
        requireNamedOrganisation(principal.organisation, c.req.raw);
      }
      const own = principal.organisation === undefined ? [] : [principal.organisation];
      const isOperator = principal.account.role === 'operator';
      const all = isOperator ? accounts.organisations() : own;
      const { items, ...next } = pageOf(all, ({ identity }) => identity, wanted);
      if (isOperator) {
        ownRecords.operatorRead('organisation.list', principal.account, requestFacts(c.req.raw));
      }
      const visible: Organisation[] = [];
      for (const one of items) if (await isCreated(one, reader)) visible.push(one);
      return c.json({ items: visible.map(organisationResponse), ...next });
    },
  );

  const create = route(
    'POST',
    '/v1/organisations',
    {
      operationId: 'createOrganisation',
      tag: 'organisations',
      summary: 'Create an organisation; for the operator',
      body: organisationRequestSchema,
      success: { status: 201, description: 'The organisation', content: json(organisationSchema) },
      errors: [409],
    },
    async (c, { body }) => {
      const principal = gate.authenticate(c.req.raw);
      gate.authorize(principal, 'organisation:create', c.req.raw);
      const {
        slug,
        name,
        personalPaths: paths = [],
        quotas,
      } = await body('create the organisation');
      const requested = {
        slug,
        name,
        ...(paths.length > 0 && { personalPaths: paths.toSorted() }),
        ...ownQuotas(quotas),
      };
      const begun = await unfinished(requested);
      const organisation = begun ?? {
        identity: `org-${randomText(12, random).toLowerCase()}`,
        ...requested,
        createdAt: clock(),
      };
      // Before the record of it: the personal fields of its events must be known before there is an event.
      if (begun === undefined) await accounts.addOrganisation(organisation);
      await ownRecords.organisationCreated(
        organisation,
        principal.account,
        requestFacts(c.req.raw),
      );
      return c.json(organisationResponse(organisation), 201);
    },
  );

  const update = route(
    'PATCH',
    '/v1/organisations/:organisation',
    {
      operationId: 'updateOrganisation',
      tag: 'organisations',
      summary: 'Change the quotas of an organisation, from the next request on; for the operator',
      path: { organisation: z.string().describe('Identity or slug') },
      body: quotasChangeSchema,
      success: { status: 200, description: 'The organisation', content: json(organisationSchema) },
    },
    async (c, { body }) => {
      const principal = gate.authenticate(c.req.raw);
      gate.authorize(principal, 'quota:set', c.req.raw);
      const change = await body('change the organisation');
      const organisation = accounts.organisation(c.req.param('organisation'));
      if (organisation === undefined || !(await isCreated(organisation, reader))) {
        throw organisationNotFound();
      }
      requireNamedOrganisation(organisation, c.req.raw);
      const { identity, slug } = organisation;
      const current = () => accounts.organisation(identity) ?? organisation;
      await quotaChanges.apply(
        { type: 'organisation', id: identity, name: slug, organisation: identity },
        () => current().quotas,
        change,
        principal.account,
        requestFacts(c.req.raw),
      );
      return c.json(organisationResponse(current()));
    },
  );

  return [list, create, update];

  /** The same organisation, when its creation was interrupted. */
  async function unfinished(
    requested: Omit<Organisation, 'identity' | 'createdAt'>,
  ): Promise<Organisation | undefined> {
    const found = accounts.organisation(requested.slug);
    if (found === undefined) return undefined;
    const { identity: _identity, createdAt: _createdAt, ...rest } = found;
    if (await isCreated(found, reader)) return undefined;
    if (isDeepStrictEqual(rest, requested)) return found;
    throw new AnnalsError(
      'conflict',
      `Cannot create the organisation: the creation of ${requested.slug} was interrupted, and can only be repeated with the same name, personal paths and quotas`,
    );
  }
}

/**
 * Whether the log of an organisation has the record of its creation, which comes before everything else. An
 * organisation without it was begun when the disk or the server failed: nobody sees it and it gets no key, until the
 * request that creates it is repeated.
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
