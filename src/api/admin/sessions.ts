import { z } from 'zod';
import type { Accounts, KeyRecord } from '../../access/accounts.ts';
import type { Gate, Principal } from '../../access/gate.ts';
import type { SessionRecord } from '../../access/records.ts';
import { may } from '../../access/roles.ts';
import { crossSiteProblem } from '../../access/same-origin.ts';
import { clearSessionCookie, sessionToken, setSessionCookie } from '../../access/session-cookie.ts';
import type { Sessions } from '../../access/sessions.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type Clock, second } from '../../core/micros.ts';
import {
  organisationNotFound,
  requestFacts,
  requireNamedOrganisation,
} from '../../http/connection.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { nextCursorSchema, pageOf, pageParameters } from './pages.ts';
import { sessionResponse, sessionSchema } from './session-response.ts';

export interface SessionRouteDependencies {
  readonly accounts: Accounts;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
}

const signInSchema = z.strictObject({}).meta({ id: 'SignIn' });

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
  const { accounts, gate, sessions, ownRecords, clock } = dependencies;

  const create = route(
    'POST',
    '/v1/sessions',
    {
      operationId: 'createSession',
      tag: 'sessions',
      summary: 'Sign a browser in with the key of this request',
      description:
        'The response sets a cookie, which stands for the key from then on: until the session is idle for too long or too old, is revoked, or the key is not valid any more.',
      body: signInSchema,
      success: {
        status: 201,
        description: 'The session',
        content: json(sessionSchema),
        headers: { 'Set-Cookie': cookieHeader },
      },
    },
    async (c, { body }) => {
      const request = c.req.raw;
      const problem = crossSiteProblem(request, false);
      if (problem !== undefined) {
        throw new AnnalsError('forbidden', `Not allowed to sign in: ${problem}`);
      }
      const principal = gate.authenticateSignIn(request);
      if (principal.organisation !== undefined) {
        requireNamedOrganisation(principal.organisation, request);
      }
      await body('sign in');
      await endBefore(request);
      const { session, token } = await sessions.create(principal.key, requestFacts(request));
      // The cookie is not sent before the sign-in is in the trail.
      await ownRecords
        .accessChanged(
          change('session.create', 'Signed in', session, principal.key),
          principal.key,
          {
            ...requestFacts(request),
            sessionId: session.id,
          },
        )
        .catch(async (error: unknown) => {
          await sessions.end(session.id).catch(() => {});
          throw error;
        });
      const maxAge = Math.floor((sessions.expiresAt(session) - clock()) / second);
      c.header('Set-Cookie', setSessionCookie(token, maxAge));
      return c.json(sessionResponse(session, { ...principal, session }, sessions), 201);
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
        const key = accounts.key(session.account);
        if (key === undefined || key.organisation !== organisation?.identity) return [];
        return mayEnd(principal, key) ? [{ ...session, key }] : [];
      });
      const { items, ...next } = pageOf(visible, ({ id }) => id, wanted);
      ownRecords.operatorRead('session.list', principal.key, requestFacts(c.req.raw));
      return c.json({
        items: items.map(({ key, ...session }) =>
          sessionResponse(session, { key, organisation, session: principal.session }, sessions),
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
      const key = accounts.key(session?.account ?? '');
      if (session === undefined || key === undefined || !mayEnd(principal, key)) {
        throw new AnnalsError('not-found', 'There is no session of this id');
      }
      const organisation = accounts.organisation(key.organisation ?? '');
      if (organisation !== undefined) requireNamedOrganisation(organisation, request);
      const response = sessionResponse(session, { ...principal, key, organisation }, sessions);
      await endOne(session, key, principal.key, request);
      if (principal.session?.id === session.id) c.header('Set-Cookie', clearSessionCookie);
      return c.json(response);
    },
  );

  return [create, list, end];

  /** It holds from the call on, whatever the disk says. */
  async function endOne(
    session: SessionRecord,
    of: KeyRecord,
    by: KeyRecord,
    request: Request,
  ): Promise<void> {
    const [action, text] =
      of.id === by.id ? ['session.end', 'Signed out'] : ['session.revoke', 'Signed out somebody'];
    const ended = await Promise.allSettled([
      sessions.end(session.id),
      ownRecords.accessEnded(change(action, text, session, of), by, requestFacts(request)),
    ]);
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  /** A browser has one session: signing in again ends the one before, so it is not left behind. */
  async function endBefore(request: Request): Promise<void> {
    const before = sessions.find(sessionToken(request) ?? '');
    const key = accounts.key(before?.account ?? '');
    if (before === undefined || key === undefined || sessions.isOver(before)) return;
    await endOne(before, key, key, request);
  }

  /** The organisation whose sessions are listed; undefined for the operator's own. */
  function organisationOf({ key, organisation }: Principal, requested: string | undefined) {
    if (requested === undefined) return organisation;
    const found = accounts.organisation(requested);
    if (found === undefined) throw organisationNotFound();
    if (key.role !== 'operator' && found.identity !== organisation?.identity) {
      throw organisationNotFound();
    }
    return found;
  }
}

/** One's own, and as somebody who may revoke keys those of the same keys. */
function mayEnd({ key }: Principal, of: KeyRecord): boolean {
  if (key.id === of.id) return true;
  if (!may(key.role, 'api_key:delete')) return false;
  return key.role === 'operator' || key.organisation === of.organisation;
}

function change(action: string, text: string, { id }: SessionRecord, of: KeyRecord) {
  return {
    action,
    description: `${text}: ${of.name}`,
    resourceType: 'session',
    resourceIdentity: id,
    organisation: of.organisation,
    details: { role: of.role, account: of.id },
  };
}
