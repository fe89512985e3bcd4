import { useEffect, useState, useSyncExternalStore } from 'react';
import { filterOf } from '../../api/queries.ts';
import { formatCount } from '../../fields/count.ts';
import { type Search, stringifySearch } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { ChangeSearch } from './EventsPage.tsx';

function subscribeToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}

const isVisible = () => document.visibilityState === 'visible';

interface NewerEventsProps {
  readonly search: Search;
  readonly snapshot: number | undefined;
  readonly changeSearch: ChangeSearch;
}

/** So many are counted one by one; then it says "more than". */
const countedUpTo = 1_000;

/**
 * How many matching events there are beyond the snapshot. What is being read stays where it is, until the button is
 * pressed; or, while live, as long as nothing is being read further down.
 */
export function NewerEvents({ search, snapshot, changeSearch }: NewerEventsProps) {
  const [newer, setNewer] = useState(0);
  const [isLive, setLive] = useState(false);
  const filter = stringifySearch(filterOf(search));

  const isSeen = useSyncExternalStore(subscribeToVisibility, isVisible);

  // Another list, of which nothing newer is known.
  const list = `${filter} ${snapshot}`;
  const [counted, setCounted] = useState(list);
  if (counted !== list) {
    setCounted(list);
    setNewer(0);
  }

  useEffect(() => {
    // A browser has six connections to a server that speaks HTTP/1.1, and each stream takes one: tabs behind give
    // theirs up.
    if (snapshot === undefined || !isSeen) return;
    const query = new URLSearchParams(filter);
    query.set('fromSequence', String(snapshot));
    const stream = new EventSource(`/v1/audit/stream?${query}`);
    let arrived = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    stream.addEventListener('audit', () => {
      arrived += 1;
      if (arrived > countedUpTo) stream.close();
      // A burst is one change of what is shown.
      timer ??= setTimeout(() => {
        timer = undefined;
        setNewer(arrived);
      }, 250);
    });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [filter, snapshot, isSeen]);

  useEffect(() => {
    if (!isLive || newer === 0) return;
    const grid = document.querySelector('.event-grid');
    if (grid !== null && grid.scrollTop > 0) return;
    changeSearch({ snapshot: undefined }, { replace: true });
  }, [isLive, newer, changeSearch]);

  const text = newer > countedUpTo ? `More than ${formatCount(countedUpTo)}` : formatCount(newer);
  return (
    <div className="newer">
      <span role="status">
        {newer > 0 && (
          <Button look="primary" onClick={() => changeSearch({ snapshot: undefined })}>
            {text} newer
          </Button>
        )}
      </span>
      <Button aria-pressed={isLive} onClick={() => setLive((live) => !live)}>
        <Icon name={isLive ? 'pause' : 'play'} />
        Live
      </Button>
    </div>
  );
}
