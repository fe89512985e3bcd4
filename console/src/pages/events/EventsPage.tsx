import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { eventsQuery, filterOf, queryClient } from '../../api/queries.ts';
import { count, formatCount } from '../../fields/count.ts';
import { isZone } from '../../fields/instant.ts';
import { Failed } from '../../parts/Failed.tsx';
import { firstOf, withValues } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { useMedia } from '../../ui/use-media.ts';
import { EventPanel } from '../event/EventPanel.tsx';
import { EmptyEvents } from './EmptyEvents.tsx';
import { EventTable } from './EventTable.tsx';
import { Facets } from './Facets.tsx';
import { FilterBar } from './FilterBar.tsx';
import { FilterChips } from './FilterChips.tsx';
import { Histogram } from './Histogram.tsx';
import { NewerEvents } from './NewerEvents.tsx';
import { VerifyPage } from './VerifyPage.tsx';

const ExportDialog = lazy(async () => ({
  default: (await import('./ExportDialog.tsx')).ExportDialog,
}));

export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;
/** Changes the search that is shown, and with it the address. */
export type ChangeSearch = (changes: Changes, options?: { readonly replace?: boolean }) => void;

/** Browsing the trail: over time, by value, by text; every row of it, at one snapshot. The address says all of it. */
export function EventsPage() {
  const search = useSearch({ from: '/signed-in/console/events' });
  const navigate = useNavigate();
  const isNarrow = useMedia('(max-width: 1023px)');
  const [showsFacets, setShowsFacets] = useState(false);
  const [exports, setExports] = useState(false);

  const changeSearch: ChangeSearch = useCallback(
    (changes, { replace = false } = {}) => {
      const next = (before: unknown) => withValues(before as typeof search, changes);
      void navigate({ to: '/console/events', search: next as never, replace, resetScroll: false });
    },
    [navigate],
  );

  const snapshotText = firstOf(search, 'snapshot');
  const snapshot =
    snapshotText !== undefined && /^\d{1,15}$/.test(snapshotText)
      ? Number(snapshotText)
      : undefined;
  const zoneText = firstOf(search, 'zone') ?? 'UTC';
  const zone = isZone(zoneText) ? zoneText : 'UTC';
  const selected = sequenceOf(firstOf(search, 'event'));

  const firstPage = useQuery({
    ...eventsQuery(search, 1, snapshot),
    placeholderData: keepPreviousData,
  });
  const { data, error, isPlaceholderData, isFetching } = firstPage;

  // A link shows the same events whenever it is opened, so the address says at which size of the log it looks.
  useEffect(() => {
    // What is still fetched is what was newest the last time.
    if (snapshot === undefined && data !== undefined && !isPlaceholderData && !isFetching) {
      // What the address says from now on is what was asked just now.
      queryClient.setQueryData(eventsQuery(search, 1, data.snapshot).queryKey, data);
      changeSearch({ snapshot: String(data.snapshot) }, { replace: true });
    }
  }, [search, snapshot, data, isPlaceholderData, isFetching, changeSearch]);

  if (error !== null && data === undefined) return <Failed error={error} />;
  const isFiltered = Object.keys(filterOf(search)).some((name) => name !== 'includeSystemServices');
  const facets = <Facets search={search} snapshot={snapshot} changeSearch={changeSearch} />;

  return (
    <div className="events">
      <h1 tabIndex={-1} className="visually-hidden">
        Events
      </h1>
      <FilterBar
        search={search}
        zone={zone}
        changeSearch={changeSearch}
        showExport={data === undefined || isPlaceholderData ? undefined : () => setExports(true)}
      />
      <FilterChips search={search} zone={zone} changeSearch={changeSearch} />
      {isNarrow ? (
        <>
          <Button aria-expanded={showsFacets} onClick={() => setShowsFacets((shown) => !shown)}>
            {showsFacets ? 'Hide values' : 'Filter by value'}
          </Button>
          {showsFacets && facets}
        </>
      ) : (
        facets
      )}
      <section className="events-list" aria-label="Events" aria-busy={isPlaceholderData}>
        <Histogram search={search} snapshot={snapshot} zone={zone} changeSearch={changeSearch} />
        <div className="events-line">
          <p role="status">
            {data === undefined ? 'Loading …' : <strong>{count(data.total, 'event')}</strong>}
            {snapshot !== undefined && (
              <span className="faint"> of {formatCount(snapshot)} in the log</span>
            )}
          </p>
          <NewerEvents search={search} snapshot={snapshot} changeSearch={changeSearch} />
          {data !== undefined && data.total > 0 && <VerifyPage />}
        </div>
        {data?.keptFrom !== undefined && (
          <p className="notice">
            Events before sequence {data.keptFrom} are dropped, because their retention is over.
            What is left of them are hashes.
          </p>
        )}
        {error !== null && <p className="notice bad">{error.message}</p>}
        {data !== undefined &&
          (data.total === 0 ? (
            <EmptyEvents search={search} isFiltered={isFiltered} changeSearch={changeSearch} />
          ) : (
            <EventTable
              search={search}
              snapshot={snapshot ?? data.snapshot}
              total={data.total}
              zone={zone}
              selected={selected}
              changeSearch={changeSearch}
            />
          ))}
      </section>
      {exports && data !== undefined && (
        <Suspense>
          <ExportDialog
            search={search}
            snapshot={snapshot ?? data.snapshot}
            total={data.total}
            close={() => setExports(false)}
          />
        </Suspense>
      )}
      {selected !== undefined && (
        <EventPanel
          sequence={selected}
          search={search}
          zone={zone}
          changeSearch={changeSearch}
          close={() => changeSearch({ event: undefined })}
        />
      )}
    </div>
  );
}

function sequenceOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
