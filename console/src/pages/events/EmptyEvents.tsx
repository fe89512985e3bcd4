import { useQueries } from '@tanstack/react-query';
import { eventsQuery } from '../../api/queries.ts';
import { count } from '../../fields/count.ts';
import { firstOf, type Search, withValues } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import type { ChangeSearch } from './EventsPage.tsx';
import { chipsOf } from './FilterChips.tsx';

interface EmptyEventsProps {
  readonly search: Search;
  readonly isFiltered: boolean;
  readonly changeSearch: ChangeSearch;
}

/** Why there is nothing to see, and for each filter how much there would be without it. */
export function EmptyEvents({ search, isFiltered, changeSearch }: EmptyEventsProps) {
  const zone = firstOf(search, 'zone') ?? 'UTC';
  const chips = chipsOf(search, zone);
  const snapshotText = firstOf(search, 'snapshot');
  const snapshot = snapshotText === undefined ? undefined : Number(snapshotText);
  const others = useQueries({
    queries: chips.map(({ without }) => eventsQuery(withValues(search, without), 1, snapshot)),
  });
  if (!isFiltered) {
    return (
      <div className="state">
        <h2>No events yet</h2>
        <p>
          Producers send events to <code>POST /v1/audit/events</code>, or with the recorder; then
          they are here.
        </p>
      </div>
    );
  }
  return (
    <div className="state">
      <h2>No event matches</h2>
      <ul className="drops">
        {chips.map(({ text, without }, at) => {
          const total = others[at]?.data?.total;
          return (
            <li key={text}>
              <Button onClick={() => changeSearch(without)}>Drop “{text}”</Button>
              <span className="faint">{total === undefined ? '…' : count(total, 'event')}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
