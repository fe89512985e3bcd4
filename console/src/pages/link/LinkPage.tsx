import { useQuery } from '@tanstack/react-query';
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
 * Lets in whoever has a link. A press is asked for: programs that look at the links in mail would use one up that works
 * once.
 */
export function LinkPage() {
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const token = keptToken();
  const { data: makesPasskey } = useQuery({
    queryKey: ['makesPasskey'],
    queryFn: () => isForPasskey(token ?? ''),
    enabled: token !== undefined,
    gcTime: 0,
  });

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
      setFailure(
        error instanceof ApiError && error.status === 401
          ? 'This link does not work any more: it was used, revoked, or is too old. Ask for another.'
          : String(error instanceof Error ? error.message : error),
      );
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
      {token === undefined ? (
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
              busy={busy || makesPasskey === undefined}
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

/** Whether a link is there to make a passkey. Asking uses nothing up; one that is dead says so when it is opened. */
async function isForPasskey(link: string): Promise<boolean> {
  try {
    await change('POST', '/v1/passkeys/options', { link });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status === 400 && !error.fields.includes('link');
  }
}
