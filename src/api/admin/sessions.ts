import { z } from 'zod';
import { type Accounts, accountOf } from '../../access/accounts.ts';
import type { Gate, Principal } from '../../access/gate.ts';
import type { Links } from '../../access/links.ts';
import { type Account, accountKind, type SessionRecord } from '../../access/records.ts';
import { may } from '../../access/roles.ts';
import { clearSessionCookie } from '../../access/session-cookie.ts';
import type { Sessions } from '../../access/sessions.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Clock } from '../../core/micros.ts';
import {
  organisationNotFound,
  requestFacts,
  requireNamedOrganisation,
} from '../../http/connection.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { mayManage } from './managed-organisation.ts';
import { nextCursorSchema, pageOf, pageParameters } from './pages.ts';
import { sessionResponse, sessionSchema } from './session-response.ts';
import { endSession, signIn } from './sign-in.ts';

export interface SessionRouteDependencies {
  readonly accounts: Accounts;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
}

const signInSchema = z
  .strictObject({
    link: z
      .string()
      .max(200, 'must have at most 200 characters')
      .describe('What a link has behind its #; without a key')
      .exactOptional(),
  })
  .meta({ id: 'SignIn' });

const sessionListSchema = z
  .strictObject({ items: z.array(sessionSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'SessionList' });

const cookieHeader = z.string().describe('`__Host-annals`, for browsers alone');

const listQuery = pageParameters.extend({
  organisation: z
    .string()
    .describe('Identity or slug, for the operator: the sessions of this organisation instead')
    .exactOptional(),
});

/** Signing in and out, and who is signed in. A session may do what its key may, and nothing more. */
export function sessionRoutes(dependencies: SessionRouteDependencies): readonly ApiRoute[] {
  const { accounts, gate, sessions, links, ownRecords } = dependencies;

  const create = route(
    'POST',
    '/v1/sessions',
    {
      operationId: 'createSession',
      tag: 'sessions',
      summary: 'Sign a browser in, with the key of this request or with a link',
      description:
        'The response sets a cookie, which stands for the key or the link from then on: until the session is idle for too long or too old, is revoked, or the key or the link is not valid any more.',
      body: signInSchema,
      bodyLimits: { maxBytes: 4_096, maxValues: 10 },
      key: 'optional',
      success: {
        status: 201,
        description: 'The session',
        content: json(sessionSchema),
        headers: { 'Set-Cookie': cookieHeader },
      },
    },
    async (c, { body }) => {
      const request = c.req.raw;
      gate.refuseOtherSites(request);
      const account = request.headers.has('authorization')
        ? gate.authenticateSignIn(request).account
        : undefined;
      const { link: token } = await body('sign in');
      if (token === undefined) {
        if (account === undefined) throw nothingToSignInWith();
        return c.json(await signIn(dependencies, account, c), 201);
      }
      if (account !== undefined) {
        throw new AnnalsError('invalid', 'Cannot sign in: send a key or a link, not both', {
          issues: [{ field: 'link', message: 'must not be there beside a key' }],
        });
      }
      const link = gate.authenticateLink(token, request);
      if (link.purpose === 'passkey') {
        throw new AnnalsError('invalid', 'Cannot sign in: this link enrols a passkey', {
          issues: [{ field: 'link', message: 'is not one to sign in with' }],
        });
      }
      await links.open(link);
      try {
        return c.json(await signIn(dependencies, link, c), 201);
      } catch (error) {
        await links.giveBack(link).catch(() => {});
        throw error;
      }
    },
  );

  const list = route(
    'GET',
    '/v1/sessions',
    {
      operationId: 'listSessions',
      tag: 'sessions',
      summary: 'List the sessions of this key; for an org-admin all of its organisation',
      query: listQuery,
      success: { status: 200, description: 'The sessions', content: json(sessionListSchema) },
    },
    (c, { query }) => {
      const principal = gate.authenticate(c.req.raw);
      const wanted = query();
      if (principal.organisation !== undefined) {
        requireNamedOrganisation(principal.organisation, c.req.raw);
      }
      const organisation = organisationOf(principal, wanted.organisation);
      const visible = sessions.list().flatMap((session) => {
        const account = accountOf(accounts, session.account);
        if (account === undefined || account.organisation !== organisation?.identity) return [];
        return mayEnd(principal, session, account) ? [{ session, account }] : [];
      });
      const { items, ...next } = pageOf(visible, ({ session }) => session.id, wanted);
      ownRecords.operatorRead('session.list', principal.account, requestFacts(c.req.raw));
      return c.json({
        items: items.map(({ session, account }) =>
          sessionResponse(session, { ...principal, account, organisation }, sessions),
        ),
        ...next,
      });
    },
  );

  const end = route(
    'DELETE',
    '/v1/sessions/:id',
    {
      operationId: 'endSession',
      tag: 'sessions',
      summary: 'Sign out: end a session, from the next request on',
      path: { id: z.string().describe('The id of a session, or `current` for that of the cookie') },
      success: {
        status: 200,
        description: 'The session that has ended',
        content: json(sessionSchema),
        headers: { 'Set-Cookie': cookieHeader },
      },
    },
    async (c) => {
      const request = c.req.raw;
      const principal = gate.authenticate(request);
      const named = c.req.param('id');
      const id = named === 'current' ? principal.session?.id : named;
      const session = sessions.list().find((one) => one.id === id);
      const account = accountOf(accounts, session?.account ?? '');
      if (session === undefined || account === undefined || !mayEnd(principal, session, account)) {
        throw new AnnalsError('not-found', 'There is no session of this id');
      }
      const organisation = accounts.organisation(account.organisation ?? '');
      if (organisation !== undefined) requireNamedOrganisation(organisation, request);
      const response = sessionResponse(session, { ...principal, account, organisation }, sessions);
      await endSession(dependencies, session, account, request, principal.account);
      if (principal.session?.id === session.id) c.header('Set-Cookie', clearSessionCookie);
      return c.json(response);
    },
  );

  return [create, list, end];

  /** The organisation whose sessions are listed; undefined for the operator's own. */
  function organisationOf({ account, organisation }: Principal, requested: string | undefined) {
    if (requested === undefined) return organisation;
    const found = accounts.organisation(requested);
    if (found === undefined) throw organisationNotFound();
    if (account.role !== 'operator' && found.identity !== organisation?.identity) {
      throw organisationNotFound();
    }
    return found;
  }
}

function nothingToSignInWith(): AnnalsError {
  return new AnnalsError(
    'unauthenticated',
    'Cannot sign in: send a key as Authorization: Bearer annals_…, or a link in the body',
  );
}

/**
 * One's own, and for those who may revoke keys all of the organisation. Those who have opened the same link are strangers
 * to each other.
 */
function mayEnd(principal: Principal, { id }: SessionRecord, of: Account): boolean {
  const { account, session } = principal;
  if (account.id === of.id) return accountKind(of) !== 'link' || id === session?.id;
  return may(account.role, 'api_key:delete') && mayManage(principal, of.organisation);
}
