import { useQuery } from '@tanstack/react-query';
import { useRouteContext, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Link, linksQuery, type RevokedLink } from '../../api/admin-queries.ts';
import { change } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { ChooseOrganisation } from '../../parts/ChooseOrganisation.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { Minute } from '../../parts/Minute.tsx';
import { firstOf } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { type Column, List } from '../../ui/List.tsx';
import { showDone, showFailure } from '../../ui/toasts.ts';
import { CreateLink } from './CreateLink.tsx';
import { purposes } from './purposes.ts';

/** Links that let people in: shared with auditors, or to sign in. */
export function LinksPage() {
  const search = useSearch({ from: '/signed-in/console/links' });
  const { me } = useRouteContext({ from: '/signed-in' });
  const organisation = firstOf(search, 'organisation');
  if (me.organisation === undefined && organisation === undefined) {
    return <ChooseOrganisation what="The links" />;
  }
  return <Links organisation={organisation} />;
}

function Links({ organisation }: { readonly organisation: string | undefined }) {
  const query = useQuery(linksQuery(organisation));
  const [purpose, setPurpose] = useState<Link['purpose']>();
  const [revoked, setRevoked] = useState<Link>();
  const now = Date.now();

  const columns: readonly Column<Link>[] = [
    { head: 'For', kind: 'name', cell: ({ name }) => name },
    { head: 'Kind', cell: (link) => purposes[link.purpose].name },
    { head: 'Role', cell: ({ role }) => role },
    { head: 'State', cell: (link) => linkState(link, now) },
    { head: 'Created (UTC)', cell: ({ createdAt }) => <Minute at={createdAt} /> },
    { head: 'Opens until (UTC)', cell: ({ expiresAt }) => <Minute at={expiresAt} /> },
    {
      head: 'Actions',
      kind: 'actions',
      cell: (link) => (
        <Button
          look="quiet"
          aria-label={`Revoke the link for ${link.name}`}
          onClick={() => setRevoked(link)}
        >
          Revoke
        </Button>
      ),
    },
  ];

  const revoke = async ({ id, name }: Link, form: FormData) => {
    const rest = form.get('withCreated') === null ? '' : '?withCreated=true';
    const { body } = await change<RevokedLink>('DELETE', `/v1/links/${id}${rest}`);
    setRevoked(undefined);
    for (const owed of body.owed ?? []) showFailure(`Revoked the link for ${name}`, owed);
    if (body.owed === undefined) showDone(`Revoked the link for ${name}`);
    await queryClient.invalidateQueries({ queryKey: ['listLinks'] });
  };

  return (
    <ListPage
      title="Links"
      about="A link lets somebody in without a key: an auditor for some time, or a colleague once. Who opened it and what they read is in the trail."
      query={query}
      actions={
        <>
          <Button onClick={() => setPurpose('sign-in')}>Invite to sign in</Button>
          <Button onClick={() => setPurpose('passkey')}>Invite with a passkey</Button>
          <Button look="primary" onClick={() => setPurpose('share')}>
            Share with an auditor
          </Button>
        </>
      }
    >
      {(links) => (
        <>
          {links.length === 0 ? (
            <div className="state">
              <h2>No link lets anybody in</h2>
              <p>Share one with an auditor: it reads this trail, changes nothing, and expires.</p>
            </div>
          ) : (
            <List label="Links" columns={columns} items={links} keyOf={({ id }) => id} />
          )}
          {purpose !== undefined && (
            <CreateLink
              purpose={purpose}
              organisation={organisation}
              close={() => setPurpose(undefined)}
            />
          )}
          {revoked !== undefined && (
            <FormDialog
              title={`Revoke the link for “${revoked.name}”?`}
              action="Revoke link"
              look="danger"
              act={(form) => revoke(revoked, form)}
              close={() => setRevoked(undefined)}
            >
              <p>
                It opens nothing any more, and everybody who is signed in by it is signed out. What
                they did stays in the trail.
              </p>
              {revoked.role === 'org-admin' && (
                <label className="check">
                  <input type="checkbox" name="withCreated" />
                  Also revoke the keys that people who opened it have created
                </label>
              )}
            </FormDialog>
          )}
        </>
      )}
    </ListPage>
  );
}

function linkState({ usedAt, revokedAt, expiresAt }: Link, now: number): string {
  if (revokedAt !== undefined) return 'revoked';
  if (usedAt !== undefined) return 'opened';
  return Date.parse(expiresAt) <= now ? 'expired' : 'can be opened';
}
