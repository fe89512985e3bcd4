import type { Context } from 'hono';
import { type Accounts, accountOf } from '../../access/accounts.ts';
import type { Account, SessionRecord } from '../../access/records.ts';
import { sessionToken, setSessionCookie } from '../../access/session-cookie.ts';
import type { Sessions } from '../../access/sessions.ts';
import { type Clock, second } from '../../core/micros.ts';
import { requestFacts, requireNamedOrganisation } from '../../http/connection.ts';
import type { HttpEnv } from '../../http/env.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import { sessionChange } from './access-changes.ts';
import { sessionResponse } from './session-response.ts';

export interface SignInDependencies {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
}

/** Gives the browser of a request a session of this account: sets the cookie, and returns the session as it is shown. */
export async function signIn(
  dependencies: SignInDependencies,
  account: Account,
  c: Context<HttpEnv>,
): Promise<ReturnType<typeof sessionResponse>> {
  const { accounts, sessions, ownRecords, clock } = dependencies;
  const request = c.req.raw;
  const organisation = accounts.organisation(account.organisation ?? '');
  if (organisation !== undefined) requireNamedOrganisation(organisation, request);
  await endSessionBefore(dependencies, request);
  const facts = requestFacts(request);
  const { session, token } = await sessions.create(account, facts);
  try {
    // The cookie is not sent before the sign-in is in the trail.
    const ofSession = { ...facts, sessionId: session.id };
    await ownRecords.accessChanged(
      sessionChange('session.create', session, account),
      account,
      ofSession,
    );
  } catch (error) {
    await sessions.end(session.id).catch(() => {});
    throw error;
  }
  const maxAge = Math.floor((sessions.expiresAt(session) - clock()) / second);
  c.header('Set-Cookie', setSessionCookie(token, maxAge));
  return sessionResponse(session, { account, organisation, session }, sessions);
}

/** A browser has one session: signing in again ends the one before, so it is not left behind. */
async function endSessionBefore(dependencies: SignInDependencies, request: Request): Promise<void> {
  const { accounts, sessions } = dependencies;
  const before = sessions.find(sessionToken(request) ?? '');
  const account = accountOf(accounts, before?.account ?? '');
  if (before === undefined || account === undefined || sessions.isOver(before)) return;
  await endSession(dependencies, before, account, request);
}

/** Ends a session of `of`. It holds from the call on, whatever the disk says. */
export async function endSession(
  { sessions, ownRecords }: Pick<SignInDependencies, 'sessions' | 'ownRecords'>,
  session: SessionRecord,
  of: Account,
  request: Request,
  by = of,
): Promise<void> {
  const action = of.id === by.id ? 'session.end' : 'session.revoke';
  const ended = await Promise.allSettled([
    sessions.end(session.id),
    ownRecords.accessEnded(sessionChange(action, session, of), by, requestFacts(request)),
  ]);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
