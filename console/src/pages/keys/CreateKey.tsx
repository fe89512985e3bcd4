import { useState } from 'react';
import type { CreatedKey } from '../../api/admin-queries.ts';
import { change } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { roleNames } from '../../parts/role-names.ts';
import { ShownOnce } from '../../parts/ShownOnce.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';

interface CreateKeyProps {
  readonly organisation: string | undefined;
  readonly close: () => void;
}

const lifetimes = [
  ['', 'Never, until it is revoked'],
  ['7', 'In 7 days'],
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
] as const;

export function CreateKey({ organisation, close }: CreateKeyProps) {
  const [created, setCreated] = useState<CreatedKey>();

  const create = async (form: FormData) => {
    const days = Number(form.get('days'));
    const { body } = await change<CreatedKey>('POST', '/v1/keys', {
      organisation,
      name: form.get('name'),
      role: form.get('role'),
      ...(days > 0 && { expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() }),
    });
    setCreated(body);
    await queryClient.invalidateQueries({ queryKey: ['listKeys'] });
  };

  if (created !== undefined) {
    return (
      <ShownOnce
        title={`Key “${created.name}”`}
        what="the key"
        secret={created.key}
        advice="Annals keeps a hash of it and cannot show it again. Put it into a file that only its program can read, or into your store of secrets."
        close={close}
      />
    );
  }
  return (
    <FormDialog title="Create a key" action="Create key" look="primary" act={create} close={close}>
      <div className="form">
        <label htmlFor="key-name">Name</label>
        <input
          id="key-name"
          name="name"
          required
          maxLength={200}
          autoComplete="off"
          aria-describedby="key-name-help"
        />
        <p id="key-name-help" className="help">
          Who or what uses it. What it does is recorded under this name.
        </p>
      </div>
      <div className="form">
        <label htmlFor="key-role">Role</label>
        <select id="key-role" name="role" defaultValue="writer">
          {(['writer', 'org-auditor', 'org-admin'] as const).map((role) => (
            <option key={role} value={role}>
              {roleNames[role]}
            </option>
          ))}
        </select>
      </div>
      <div className="form">
        <label htmlFor="key-days">It expires</label>
        <select id="key-days" name="days" defaultValue="90">
          {lifetimes.map(([days, label]) => (
            <option key={days} value={days}>
              {label}
            </option>
          ))}
        </select>
      </div>
    </FormDialog>
  );
}
