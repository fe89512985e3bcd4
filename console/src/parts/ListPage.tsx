import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failed } from './Failed.tsx';

interface ListPageProps<T> {
  readonly title: string;
  /** What this page is for, in a sentence. */
  readonly about: ReactNode;
  /** Buttons beside the title. */
  readonly actions?: ReactNode;
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** A page that shows what one query answers. What was shown before stays when asking again fails. */
export function ListPage<T>({ title, about, actions, query, children }: ListPageProps<T>) {
  const { data, error } = query;
  if (data === undefined && error !== null) return <Failed error={error} />;
  return (
    <div className="list-page">
      <header className="list-page-head">
        <h1 tabIndex={-1}>{title}</h1>
        <div className="buttons">{actions}</div>
        <p className="help">{about}</p>
      </header>
      {error !== null && (
        <p className="notice bad" role="alert">
          {error.message}
        </p>
      )}
      {data === undefined ? <Bones /> : children(data)}
    </div>
  );
}

function Bones() {
  return (
    <div className="bones" role="status">
      <span className="visually-hidden">Loading</span>
      <span className="bone" />
      <span className="bone" />
      <span className="bone" />
    </div>
  );
}
