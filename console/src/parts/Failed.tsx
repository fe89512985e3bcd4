import { useRouter } from '@tanstack/react-router';
import { ApiError } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { Button } from '../ui/Button.tsx';

/** What is shown in place of a page that failed, or that does not exist. */
export function Failed({ error }: { readonly error?: unknown }) {
  const router = useRouter();
  if (error === undefined) {
    return (
      <div className="state">
        <h1 tabIndex={-1}>There is no such page</h1>
        <p>
          <a href="/console">To the first page</a>
        </p>
      </div>
    );
  }
  if (error instanceof ApiError && error.status === 401) {
    const back = encodeURIComponent(router.state.location.href);
    return (
      <div className="state" role="alert">
        <h1 tabIndex={-1}>Your session has ended</h1>
        <p>
          <a href={`/console/sign-in?next=${back}`}>Sign in again</a>, and you come back to this
          page.
        </p>
      </div>
    );
  }
  const tryAgain = async () => {
    await router.invalidate();
    await queryClient.refetchQueries({ type: 'active' });
  };
  const isRefused = error instanceof ApiError && error.status === 403;
  return (
    <div className="state" role="alert">
      <h1 tabIndex={-1}>{isRefused ? 'You may not see this' : 'This page could not be loaded'}</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <p>
        {isRefused ? (
          <a href="/console">To the first page</a>
        ) : (
          <Button onClick={() => void tryAgain()}>Try again</Button>
        )}
      </p>
    </div>
  );
}
