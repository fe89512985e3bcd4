import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { change } from '../../api/client.ts';
import { whyNoSession } from '../../parts/no-session.ts';
import { signInWithPasskey, whyNoPasskeys } from '../../parts/passkey.ts';
import { startSession } from '../../parts/signed-in.ts';
import { firstOf } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';

/** Exchanges a key for a session. The key is sent once and kept nowhere in the browser. */
export function SignInPage() {
  const search = useSearch({ from: '/console/sign-in' });
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string>();
  const [passkeyFailure, setPasskeyFailure] = useState<string>();
  const [busy, setBusy] = useState(false);

  const signIn = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (whyNoSession() !== undefined) return;
    const form = event.currentTarget;
    const key = String(new FormData(form).get('key') ?? '').trim();
    setBusy(true);
    setFailure(undefined);
    try {
      await change('POST', '/v1/sessions', {}, { Authorization: `Bearer ${key}` });
      form.reset();
      await startSession();
      await navigate({ href: ownAddress(firstOf(search, 'next')) });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };

  const choosePasskey = async () => {
    setBusy(true);
    setPasskeyFailure(undefined);
    try {
      await signInWithPasskey();
      await startSession();
      await navigate({ href: ownAddress(firstOf(search, 'next')) });
    } catch (error) {
      setPasskeyFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const noPasskeys = whyNoPasskeys();
  const noSession = whyNoSession();

  return (
    <main className="sign-in">
      <div className="sign-in-name">
        <Icon name="annals" />
        <span>Annals</span>
      </div>
      <h1 tabIndex={-1}>Sign in</h1>
      {noSession !== undefined && (
        <p className="notice bad" role="alert">
          {noSession}
        </p>
      )}
      <form onSubmit={(event) => void signIn(event)}>
        <label htmlFor="key">Key</label>
        <input
          id="key"
          name="key"
          type="password"
          required
          autoComplete="off"
          spellCheck={false}
          placeholder="annals_…"
          aria-invalid={failure !== undefined}
          aria-describedby="key-help"
        />
        <p id="key-help" className="help" role={failure === undefined ? undefined : 'alert'}>
          {failure === undefined ? (
            'It is exchanged for a session and not kept in this browser.'
          ) : (
            <span className="bad">{failure}</span>
          )}
        </p>
        <Button type="submit" look="primary" busy={busy} disabledReason={noSession}>
          Sign in
        </Button>
      </form>
      <section className="sign-in-other">
        <Button
          busy={busy}
          disabledReason={noPasskeys}
          aria-describedby="passkey-help"
          onClick={() => void choosePasskey()}
        >
          Sign in with a passkey
        </Button>
        <p id="passkey-help" className="help">
          {noPasskeys ?? 'An admin sends you a link that makes one.'}
        </p>
        {passkeyFailure !== undefined && (
          <p className="notice bad" role="alert">
            {passkeyFailure}
          </p>
        )}
      </section>
    </main>
  );
}

/** Where to go after signing in: a page of the console, whatever the address says. */
function ownAddress(next: string | undefined): string {
  return next !== undefined && /^\/(console|reference)(?![^/?#])/.test(next) ? next : '/console';
}
