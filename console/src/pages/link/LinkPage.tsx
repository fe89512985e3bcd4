import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, change } from '../../api/client.ts';
import { whyNoSession } from '../../parts/no-session.ts';
import { enrolPasskey, whyNoPasskeys } from '../../parts/passkey.ts';
import { startSession } from '../../parts/signed-in.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { forgetToken, keptToken } from './token.ts';

/**
 * Lets people in who have a link. It asks for a press, because programs that check the links in mail open each of them:
 * one that works once would be used up.
 */
export function LinkPage() {
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const token = keptToken();
  // The server refuses a token that says another purpose than its link has.
  const makesPasskey = token?.startsWith('passkey.') === true;
  const [isDead, setDead] = useState(false);

  const open = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get('name');
    setBusy(true);
    setFailure(undefined);
    try {
      if (typeof name === 'string') await enrolPasskey(token ?? '', name.trim());
      else await change('POST', '/v1/sessions', { link: token });
      forgetToken();
      await startSession();
      await navigate({ to: '/console', replace: true });
    } catch (error) {
      setDead(error instanceof ApiError && error.status === 401);
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <div className="sign-in-name">
        <Icon name="annals" />
        <span>Annals</span>
      </div>
      <h1 tabIndex={-1}>You were invited</h1>
      {isDead ? (
        <>
          <p className="notice bad" role="alert">
            This link does not work any more: it was used, revoked, or is too old. Ask for another.
          </p>
          <p>
            <a href="/console/sign-in">Sign in another way</a>
          </p>
        </>
      ) : token === undefined ? (
        <>
          <p>
            This page needs the whole link that you were sent, with what is behind its{' '}
            <code>#</code>. Open that again.
          </p>
          <p>
            <a href="/console/sign-in">Sign in another way</a>
          </p>
        </>
      ) : (
        <>
          <p>Annals keeps the audit trail of an organisation. What you read in it is recorded.</p>
          {failure !== undefined && (
            <p className="notice bad" role="alert">
              {failure}
            </p>
          )}
          <form onSubmit={(event) => void open(event)}>
            {makesPasskey && (
              <>
                <label htmlFor="name">Your name</label>
                <input id="name" name="name" maxLength={200} autoComplete="name" />
                <p className="help">
                  {whyNoPasskeys() ??
                    'This device makes a passkey for you: you sign in with it from now on, without a password.'}
                </p>
              </>
            )}
            <Button
              type="submit"
              look="primary"
              busy={busy}
              disabledReason={whyNoSession() ?? (makesPasskey ? whyNoPasskeys() : undefined)}
            >
              {makesPasskey ? 'Create a passkey' : 'Open the audit trail'}
            </Button>
          </form>
        </>
      )}
    </main>
  );
}
