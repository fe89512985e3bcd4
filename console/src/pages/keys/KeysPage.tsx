import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type ApiKey, keysQuery } from '../../api/admin-queries.ts';
import { count } from '../../fields/count.ts';
import { ChooseOrganisation } from '../../parts/ChooseOrganisation.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { Minute } from '../../parts/Minute.tsx';
import { firstOf, type Search, withValues } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { type Column, List } from '../../ui/List.tsx';
import { CreateKey } from './CreateKey.tsx';
import { createdBy, keyState } from './key-state.ts';
import { RevokeKey } from './RevokeKey.tsx';

/** The keys of an organisation. The address says of which, for the operator, and whether with those that are over. */
export function KeysPage() {
  const search = useSearch({ from: '/signed-in/console/keys' });
  const { me } = useRouteContext({ from: '/signed-in' });
  const organisation = firstOf(search, 'organisation');
  if (me.organisation === undefined && organisation === undefined) {
    return <ChooseOrganisation what="The keys" />;
  }
  return <Keys organisation={organisation} showsAll={firstOf(search, 'all') === 'true'} />;
}

interface KeysProps {
  readonly organisation: string | undefined;
  readonly showsAll: boolean;
}

function Keys({ organisation, showsAll }: KeysProps) {
  const { me } = useRouteContext({ from: '/signed-in' });
  const navigate = useNavigate();
  const query = useQuery(keysQuery(organisation));
  const [creates, setCreates] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey>();
  const now = Date.now();
  const names = new Map((query.data ?? []).map(({ id, name }) => [id, name]));
  const showAll = (all: boolean) => {
    const search = (before: unknown) =>
      withValues(before as Search, { all: all ? 'true' : undefined });
    void navigate({ to: '/console/keys', search: search as never, replace: true });
  };
  const mayCreate = me.permissions.includes('api_key:create');

  const columns: readonly Column<ApiKey>[] = [
    { head: 'Name', kind: 'name', cell: ({ name }) => name },
    { head: 'Role', cell: ({ role }) => role },
    {
      head: 'State',
      cell: (key) => {
        const state = keyState(key, now);
        return state === 'valid' ? state : <span className="bad">{state}</span>;
      },
    },
    {
      head: 'Created by',
      cell: ({ createdBy: id }) => (id === undefined ? '–' : (names.get(id) ?? 'operator')),
    },
    { head: 'Created (UTC)', cell: ({ createdAt }) => <Minute at={createdAt} /> },
    { head: 'Ends (UTC)', cell: (key) => <Minute at={key.revokedAt ?? key.expiresAt} /> },
    { head: 'Id', cell: ({ id }) => <code>{id}</code> },
    {
      head: 'Actions',
      kind: 'actions',
      cell: (key) =>
        keyState(key, now) !== 'revoked' && (
          <Button look="quiet" aria-label={`Revoke ${key.name}`} onClick={() => setRevoked(key)}>
            Revoke
          </Button>
        ),
    },
  ];

  return (
    <ListPage
      title="Keys"
      about="A key lets a program or a person in, with a role. Every creation and revocation is in the trail."
      query={query}
      actions={
        <Button
          look="primary"
          disabledReason={mayCreate ? undefined : 'Only an admin of the organisation creates keys'}
          onClick={() => setCreates(true)}
        >
          Create key
        </Button>
      }
    >
      {(keys) => {
        const over = keys.filter((key) => keyState(key, now) !== 'valid').length;
        const shown = showsAll ? keys : keys.filter((key) => keyState(key, now) === 'valid');
        return (
          <>
            {shown.length === 0 ? (
              <div className="state">
                <h2>No valid key yet</h2>
                <p>Create one for each program that records, and one for each person who reads.</p>
              </div>
            ) : (
              <List
                label="Keys"
                columns={columns}
                items={shown}
                keyOf={({ id }) => id}
                isOver={(key) => keyState(key, now) !== 'valid'}
              />
            )}
            {over > 0 && (
              <p>
                <Button aria-pressed={showsAll} onClick={() => showAll(!showsAll)}>
                  {showsAll ? 'Hide what is over' : `Show ${count(over, 'key')} that ended`}
                </Button>
              </p>
            )}
            {creates && <CreateKey organisation={organisation} close={() => setCreates(false)} />}
            {revoked !== undefined && (
              <RevokeKey
                apiKey={revoked}
                created={createdBy(revoked, keys, now)}
                isOwn={revoked.id === me.key?.id}
                close={() => setRevoked(undefined)}
              />
            )}
          </>
        );
      }}
    </ListPage>
  );
}
