import { useState } from 'react';
import type { CreatedLink, Link } from '../../api/admin-queries.ts';
import { change } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { roleNames } from '../../parts/role-names.ts';
import { ShownOnce } from '../../parts/ShownOnce.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { purposes } from './purposes.ts';

interface CreateLinkProps {
  readonly purpose: Link['purpose'];
  readonly organisation: string | undefined;
  readonly close: () => void;
}

/** Asks for whom a link is and how long it works, and shows it once. */
export function CreateLink({ purpose, organisation, close }: CreateLinkProps) {
  const [created, setCreated] = useState<CreatedLink>();
  const { title, action, lifetimes, choosesRole, advice } = purposes[purpose];

  const create = async (form: FormData) => {
    const { body } = await change<CreatedLink>('POST', '/v1/links', {
      purpose,
      organisation,
      name: form.get('name'),
      minutes: Number(form.get('minutes')),
      ...(choosesRole && { role: form.get('role') }),
    });
    setCreated(body);
    await queryClient.invalidateQueries({ queryKey: ['listLinks'] });
  };

  if (created !== undefined) {
    return (
      <ShownOnce
        title={`Link for “${created.name}”`}
        what="the link"
        secret={new URL(created.url, location.origin).href}
        advice={advice}
        close={close}
      />
    );
  }
  return (
    <FormDialog title={title} action={action} look="primary" act={create} close={close}>
      <div className="form">
        <label htmlFor="link-name">For whom</label>
        <input
          id="link-name"
          name="name"
          required
          maxLength={200}
          autoComplete="off"
          aria-describedby="link-name-help"
        />
        <p id="link-name-help" className="help">
          What they read is recorded under this name.
        </p>
      </div>
      {choosesRole && (
        <div className="form">
          <label htmlFor="link-role">Role</label>
          <select id="link-role" name="role" defaultValue="org-auditor">
            {(['org-auditor', 'org-admin'] as const).map((role) => (
              <option key={role} value={role}>
                {roleNames[role]}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="form">
        <label htmlFor="link-minutes">It works for</label>
        <select id="link-minutes" name="minutes" defaultValue={lifetimes[1]?.[0]}>
          {lifetimes.map(([minutes, label]) => (
            <option key={minutes} value={minutes}>
              {label}
            </option>
          ))}
        </select>
      </div>
    </FormDialog>
  );
}
