import { useQuery } from '@tanstack/react-query';
import { useRouteContext, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Session, sessionsQuery } from '../../api/admin-queries.ts';
import { change } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { ListPage } from '../../parts/ListPage.tsx';
import { Minute } from '../../parts/Minute.tsx';
import { firstOf } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { type Column, List } from '../../ui/List.tsx';
import { showDone } from '../../ui/toasts.ts';
import { browserName } from './browser-name.ts';

/** Who is signed in: oneself, and for an admin everybody in the organisation. */
export function SessionsPage() {
  const search = useSearch({ from: '/signed-in/console/sessions' });
  const { me } = useRouteContext({ from: '/signed-in' });
  const organisation = firstOf(search, 'organisation');
  const query = useQuery(sessionsQuery(organisation));
  const [ended, setEnded] = useState<Session>();
  const seesOthers = me.permissions.includes('api_key:delete');

  const columns: readonly Column<Session>[] = [
    {
      head: 'Signed in by',
      kind: 'name',
      cell: ({ signedInBy, current }) => (
        <>
          {signedInBy.name}
          {current && <span className="faint"> (this browser)</span>}
        </>
      ),
    },
    { head: 'Role', cell: ({ role }) => role },
    { head: 'With', cell: ({ signedInBy }) => signedInBy.kind },
    { head: 'Browser', cell: ({ userAgent }) => browserName(userAgent) },
    { head: 'Address', cell: ({ clientIp }) => clientIp ?? '–' },
    { head: 'Signed in (UTC)', cell: ({ createdAt }) => <Minute at={createdAt} /> },
    { head: 'Last used (UTC)', cell: ({ lastUsedAt }) => <Minute at={lastUsedAt} /> },
    { head: 'Ends (UTC)', cell: ({ expiresAt }) => <Minute at={expiresAt} /> },
    {
      head: 'Actions',
      kind: 'actions',
      cell: (session) =>
        session.current !== true && (
          <Button
            look="quiet"
            aria-label={`End the session of ${session.signedInBy.name}`}
            onClick={() => setEnded(session)}
          >
            End
          </Button>
        ),
    },
  ];

  const end = async ({ id, signedInBy }: Session) => {
    await change('DELETE', `/v1/sessions/${id}`);
    setEnded(undefined);
    showDone(`Ended a session of ${signedInBy.name}`);
    await queryClient.invalidateQueries({ queryKey: ['listSessions'] });
  };

  return (
    <ListPage
      title="Sessions"
      about={
        seesOthers
          ? 'Browsers that are signed in. A session may do what its key or person may, and ends with it.'
          : 'Browsers that are signed in as you.'
      }
      query={query}
    >
      {(sessions) => (
        <>
          {sessions.length === 0 ? (
            <div className="state">
              <h2>Nobody is signed in</h2>
            </div>
          ) : (
            <List label="Sessions" columns={columns} items={sessions} keyOf={({ id }) => id} />
          )}
          {ended !== undefined && (
            <FormDialog
              title={`End the session of “${ended.signedInBy.name}”?`}
              action="End session"
              look="danger"
              act={() => end(ended)}
              close={() => setEnded(undefined)}
            >
              <p>
                That browser is signed out from its next request on. A person who still has the key
                or the passkey can sign in again: to keep them out, revoke that too.
              </p>
            </FormDialog>
          )}
        </>
      )}
    </ListPage>
  );
}
