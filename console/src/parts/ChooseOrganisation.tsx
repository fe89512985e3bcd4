import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { Button } from '../ui/Button.tsx';

/** The operator has no organisation of its own, and says whose things it wants to see. */
export function ChooseOrganisation({ what }: { readonly what: string }) {
  const navigate = useNavigate();
  const choose = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const organisation = String(new FormData(event.currentTarget).get('organisation')).trim();
    void navigate({ to: '.', search: { organisation: [organisation] } as never });
  };
  return (
    <div className="state">
      <h1 tabIndex={-1}>{what} of which organisation?</h1>
      <form className="form" onSubmit={choose}>
        <label htmlFor="organisation">Identity or slug</label>
        <input
          id="organisation"
          name="organisation"
          required
          autoComplete="off"
          spellCheck={false}
        />
        <div className="buttons">
          <Button type="submit" look="primary">
            Show
          </Button>
        </div>
      </form>
    </div>
  );
}
