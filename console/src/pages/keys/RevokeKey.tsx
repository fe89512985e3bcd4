import type { ApiKey, RevokedKey } from '../../api/admin-queries.ts';
import { change } from '../../api/client.ts';
import { meQuery, queryClient } from '../../api/queries.ts';
import { count } from '../../fields/count.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { showDone, showFailure } from '../../ui/toasts.ts';

interface RevokeKeyProps {
  readonly apiKey: ApiKey;
  /** The valid keys that it created, directly or through others. */
  readonly created: readonly ApiKey[];
  /** Whether this browser is signed in with it. */
  readonly isOwn: boolean;
  readonly close: () => void;
}

export function RevokeKey({ apiKey, created, isOwn, close }: RevokeKeyProps) {
  const revoke = async (form: FormData) => {
    const query = form.get('withCreated') === null ? '' : '?withCreated=true';
    const { body } = await change<RevokedKey>('DELETE', `/v1/keys/${apiKey.id}${query}`);
    close();
    for (const owed of body.owed ?? []) showFailure(`Revoked ${apiKey.name}`, owed);
    if (body.owed === undefined) showDone(`Revoked ${apiKey.name}`);
    await queryClient.invalidateQueries({ queryKey: ['listKeys'] });
    if (isOwn) await queryClient.invalidateQueries(meQuery);
  };
  return (
    <FormDialog
      title={`Revoke “${apiKey.name}”?`}
      action="Revoke key"
      look="danger"
      act={revoke}
      close={close}
    >
      <p>
        From the next request on it is refused, its exports and its sessions end, and this cannot be
        undone. What it did stays in the trail.
      </p>
      {isOwn && (
        <p className="notice bad">You are signed in with this key: you will be signed out.</p>
      )}
      {created.length > 0 && (
        <fieldset className="choice">
          <legend>It created {count(created.length, 'key')} that would stay valid:</legend>
          <ul className="names">
            {created.map(({ id, name, role }) => (
              <li key={id}>
                {name} <span className="faint">{role}</span>
              </li>
            ))}
          </ul>
          <label className="check">
            <input type="checkbox" name="withCreated" />
            Revoke these too
          </label>
        </fieldset>
      )}
    </FormDialog>
  );
}
