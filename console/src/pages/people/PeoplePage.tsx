import { useQuery } from '@tanstack/react-query';
import { useRouteContext, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Person, peopleQuery, type RevokedPerson } from '../../api/admin-queries.ts';
import { change } from '../../api/client.ts';
import { meQuery, queryClient } from '../../api/queries.ts';
import { accountOf } from '../../parts/account.ts';
import { ChooseOrganisation } from '../../parts/ChooseOrganisation.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { Minute } from '../../parts/Minute.tsx';
import { firstOf } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { type Column, List } from '../../ui/List.tsx';
import { showDone, showFailure } from '../../ui/toasts.ts';

/** People who sign in with passkeys. */
export function PeoplePage() {
  const search = useSearch({ from: '/signed-in/console/people' });
  const { me } = useRouteContext({ from: '/signed-in' });
  const organisation = firstOf(search, 'organisation');
  if (me.organisation === undefined && organisation === undefined) {
    return <ChooseOrganisation what="The people" />;
  }
  return <People organisation={organisation} ownId={accountOf(me).id} />;
}

interface PeopleProps {
  readonly organisation: string | undefined;
  readonly ownId: string;
}

function People({ organisation, ownId }: PeopleProps) {
  const query = useQuery(peopleQuery(organisation));
  const [revoked, setRevoked] = useState<Person>();

  const columns: readonly Column<Person>[] = [
    { head: 'Name', kind: 'name', cell: ({ name }) => name },
    { head: 'Role', cell: ({ role }) => role },
    {
      head: 'State',
      cell: ({ revokedAt }) =>
        revokedAt === undefined ? 'valid' : <span className="bad">revoked</span>,
    },
    { head: 'Passkey for', cell: ({ host }) => host },
    { head: 'Since (UTC)', cell: ({ createdAt }) => <Minute at={createdAt} /> },
    { head: 'Signed in (UTC)', cell: ({ signedInAt }) => <Minute at={signedInAt} /> },
    {
      head: 'Actions',
      kind: 'actions',
      cell: (person) =>
        person.revokedAt === undefined && (
          <Button
            look="quiet"
            aria-label={`Revoke ${person.name}`}
            onClick={() => setRevoked(person)}
          >
            Revoke
          </Button>
        ),
    },
  ];

  const revoke = async ({ id, name }: Person, form: FormData) => {
    const rest = form.get('withCreated') === null ? '' : '?withCreated=true';
    const { body } = await change<RevokedPerson>('DELETE', `/v1/people/${id}${rest}`);
    setRevoked(undefined);
    for (const owed of body.owed ?? []) showFailure(`Revoked ${name}`, owed);
    if (body.owed === undefined) showDone(`Revoked ${name}`);
    await queryClient.invalidateQueries({ queryKey: ['listPeople'] });
    if (id === ownId) await queryClient.invalidateQueries(meQuery);
  };

  return (
    <ListPage
      title="People"
      about="People sign in with a passkey of their own device. They come by an invitation, which is made under Links."
      query={query}
    >
      {(people) => (
        <>
          {people.length === 0 ? (
            <div className="state">
              <h2>Nobody has a passkey yet</h2>
              <p>Under Links, invite somebody with a passkey.</p>
            </div>
          ) : (
            <List
              label="People"
              columns={columns}
              items={people}
              keyOf={({ id }) => id}
              isOver={({ revokedAt }) => revokedAt !== undefined}
            />
          )}
          {revoked !== undefined && (
            <FormDialog
              title={`Revoke “${revoked.name}”?`}
              action="Revoke person"
              look="danger"
              act={(form) => revoke(revoked, form)}
              close={() => setRevoked(undefined)}
            >
              <p>
                Their passkey opens nothing any more, and they are signed out everywhere. What they
                did stays in the trail.
              </p>
              {revoked.id === ownId && (
                <p className="notice bad">This is you: you will be signed out.</p>
              )}
              {revoked.role === 'org-admin' && (
                <label className="check">
                  <input type="checkbox" name="withCreated" />
                  Revoke the keys, links and people too that they created
                </label>
              )}
            </FormDialog>
          )}
        </>
      )}
    </ListPage>
  );
}
