import { z } from 'zod';
import type { Accounts } from '../../access/accounts.ts';
import { checkKeyAgain, type Gate } from '../../access/gate.ts';
import { type Links, maxLinks } from '../../access/links.ts';
import type { People } from '../../access/people.ts';
import { linkPurposes } from '../../access/records.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Clock, minute } from '../../core/micros.ts';
import { requestFacts, requireNamedOrganisation } from '../../http/connection.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import type { EventReader } from '../../store/event-store.ts';
import { flagParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { linkChange } from './access-changes.ts';
import { createdFields, createdResponse } from './created-accounts.ts';
import { linkResponse, linkRoles, linkSchema } from './link-response.ts';
import { managedOrganisation, mayManage } from './managed-organisation.ts';
import { nameSchema } from './organisations.ts';
import { nextCursorSchema, pageOf, pageParameters } from './pages.ts';
import { Revocations } from './revocations.ts';

export interface LinkRouteDependencies {
  readonly accounts: Accounts;
  readonly reader: Pick<EventReader, 'head'>;
  readonly gate: Gate;
  readonly links: Links;
  readonly people: People;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
}

const minutesADay = 24 * 60;
/** For how long a link can be opened: by default, and at most. One that works once is for somebody who waits for it. */
const lifetimes = {
  passkey: { byDefault: 15, max: 7 * minutesADay },
  'sign-in': { byDefault: 15, max: 7 * minutesADay },
  share: { byDefault: 7 * minutesADay, max: 90 * minutesADay },
} as const;

const linkRequestSchema = z
  .strictObject({
    purpose: z
      .enum(linkPurposes)
      .describe(
        '`passkey` makes a person who signs in with a passkey, `sign-in` signs a browser in: either works once. `share` signs everybody in who has it, until it expires',
      ),
    organisation: z
      .string()
      .describe('Identity or slug; the account’s own organisation by default')
      .exactOptional(),
    role: z
      .enum(linkRoles)
      .describe('`org-auditor` by default, and the only one that is shared')
      .exactOptional(),
    name: nameSchema.describe('Whom it is for').exactOptional(),
    minutes: z
      .int()
      .min(1)
      .max(lifetimes.share.max)
      .describe(
        'Until it expires: 15 by default, 10,080 (a week) to share; at most 10,080, 129,600 (90 days) to share',
      )
      .exactOptional(),
  })
  .meta({ id: 'LinkRequest' });

const createdLinkSchema = linkSchema
  .extend({
    url: z
      .string()
      .describe(
        'Path of the page that opens it. What is behind the # is its secret: it is in this response and in no other, and no browser sends it',
      ),
  })
  .meta({ id: 'CreatedLink' });

const linkListSchema = z
  .strictObject({ items: z.array(linkSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'LinkList' });

const revokedLinkSchema = linkSchema
  .extend({
    ...createdFields,
    owed: z
      .array(z.string())
      .describe('When the disk is full: what is not written yet. The link is revoked nevertheless')
      .exactOptional(),
  })
  .meta({ id: 'RevokedLink' });

const listQuery = pageParameters.extend({
  organisation: z
    .string()
    .describe('Identity or slug; the account’s own organisation by default')
    .exactOptional(),
});

const revokeQuery = z.object({
  withCreated: flagParameter
    .describe(
      'Also revoke the keys that people who opened it have created, and the keys that those have created',
    )
    .exactOptional(),
});

/** Links that let people in, for those who may create keys: a link can do no more than a key of its role. */
export function linkRoutes(dependencies: LinkRouteDependencies): readonly ApiRoute[] {
  const { gate, links, ownRecords, clock } = dependencies;

  const list = route(
    'GET',
    '/v1/links',
    {
      operationId: 'listLinks',
      tag: 'links',
      summary: 'List the links of an organisation that can be opened, or whose sessions last',
      query: listQuery,
      success: { status: 200, description: 'The links', content: json(linkListSchema) },
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
      const { items, ...next } = pageOf(links.list(identity), ({ id }) => id, wanted);
      ownRecords.operatorRead('link.list', principal.account, requestFacts(c.req.raw));
      return c.json({ items: items.map(linkResponse), ...next });
    },
  );

  const create = route(
    'POST',
    '/v1/links',
    {
      operationId: 'createLink',
      tag: 'links',
      summary:
        'Create a link that lets somebody in; its secret is in this response and in no other',
      body: linkRequestSchema,
      success: { status: 201, description: 'The link', content: json(createdLinkSchema) },
      errors: [409],
    },
    async (c, { body }) => {
      const request = c.req.raw;
      const principal = gate.authenticate(request);
      gate.authorize(principal, 'api_key:create', request);
      const { purpose, role = 'org-auditor', ...requested } = await body('create the link');
      const { byDefault, max } = lifetimes[purpose];
      const { name = `${purpose} link`, minutes = byDefault } = requested;
      if (purpose === 'share' && role !== 'org-auditor') {
        throw wrongField('role', 'must be org-auditor in a link that is shared');
      }
      if (minutes > max) throw wrongField('minutes', `must be at most ${max} for ${purpose}`);
      const { identity } = await managedOrganisation(
        dependencies,
        principal,
        requested.organisation,
        request,
      );
      if (links.list(identity).length >= maxLinks) {
        throw new AnnalsError(
          'conflict',
          `Cannot create the link: the organisation has ${maxLinks} links already. Revoke some, or wait until they expire`,
        );
      }
      const opensUntil = clock() + minutes * minute;
      const { link, token } = links.draw({
        purpose,
        organisation: identity,
        role,
        name,
        createdBy: principal.account.id,
        opensUntil,
        ...(purpose === 'share' && { expiresAt: opensUntil }),
      });
      // Recorded first: a record of a link that was not created does less harm than a link without a record.
      const facts = requestFacts(request);
      await ownRecords.accessChanged(linkChange('link.create', link), principal.account, facts);
      // An account that was revoked meanwhile has no successor.
      checkKeyAgain(request);
      await links.add(link);
      return c.json({ ...linkResponse(link), url: `/console/link#${token}` }, 201);
    },
  );

  const revoke = route(
    'DELETE',
    '/v1/links/:id',
    {
      operationId: 'revokeLink',
      tag: 'links',
      summary: 'Revoke a link and its sessions, from the next request on',
      path: { id: z.string().describe('The link’s id') },
      query: revokeQuery,
      success: { status: 200, description: 'The link', content: json(revokedLinkSchema) },
    },
    async (c, { query }) => {
      const request = c.req.raw;
      const principal = gate.authenticate(request);
      gate.authorize(principal, 'api_key:delete', request);
      const { withCreated = false } = query();
      const link = links.get(c.req.param('id'));
      const organisation = dependencies.accounts.organisation(link?.organisation ?? '');
      if (
        link === undefined ||
        organisation === undefined ||
        !mayManage(principal, organisation.identity)
      ) {
        throw new AnnalsError('not-found', 'There is no link of this id');
      }
      requireNamedOrganisation(organisation, request);
      const revocations = new Revocations(dependencies, principal.account, request);
      if (link.revokedAt === undefined) await revocations.revoke(link);
      const created = await revocations.created(link, withCreated);
      return c.json({
        ...linkResponse(links.get(link.id) ?? link),
        ...createdResponse(created),
        ...(revocations.owed.length > 0 && { owed: revocations.owed }),
      });
    },
  );

  return [list, create, revoke];
}

function wrongField(field: string, message: string): AnnalsError {
  return new AnnalsError('invalid', `Cannot create the link: ${field} ${message}`, {
    issues: [{ field, message }],
  });
}
