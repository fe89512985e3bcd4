import { useQueries, useQuery } from '@tanstack/react-query';
import {
  type KeyboardEvent,
  memo,
  type UIEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import {
  type AuditEvent,
  eventsPerPage,
  eventsQuery,
  filterOf,
  meQuery,
} from '../../api/queries.ts';
import type { Zone } from '../../fields/instant.ts';
import { type EventColumn, eventColumns } from '../../parts/event-columns.tsx';
import { ProofMark } from '../../parts/ProofMark.tsx';
import { markOf } from '../../proof/marks.ts';
import { verifyOne } from '../../proof/run.ts';
import { firstOf, type Search, stringifySearch } from '../../search.ts';
import {
  largestOffset,
  moveWindow,
  type RowGeometry,
  type RowWindow,
  rowsInView,
  scrollTopFor,
  trackHeight,
} from '../../ui/row-window.ts';
import { useMedia } from '../../ui/use-media.ts';
import type { ChangeSearch } from './EventsPage.tsx';

interface EventTableProps {
  readonly search: Search;
  readonly snapshot: number;
  readonly total: number;
  readonly zone: Zone;
  readonly selected: number | undefined;
  readonly changeSearch: ChangeSearch;
}

const rowHeights = { wide: 32, narrow: 60 };

/**
 * All events of a search: only the rows in view exist, and only their pages are loaded. One element has the focus, and
 * says which row is current: rows come and go while the focus stays.
 */
export function EventTable(props: EventTableProps) {
  const { search, snapshot, total, zone, selected, changeSearch } = props;
  const organisation = useQuery(meQuery).data?.organisation?.identity;
  const isNarrow = useMedia('(max-width: 639px)');
  const rowHeight = isNarrow ? rowHeights.narrow : rowHeights.wide;
  const grid = useRef<HTMLDivElement>(null);
  const [viewHeight, setViewHeight] = useState(600);
  const [view, setView] = useState<RowWindow>({ offset: 0, scrollTop: 0 });
  const [current, setCurrent] = useState(0);
  const geometry: RowGeometry = { rows: total, rowHeight, viewHeight };

  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null) return;
    const head = element.querySelector<HTMLElement>('.event-head');
    const observer = new ResizeObserver(() =>
      setViewHeight(element.clientHeight - (head?.offsetHeight ?? 0)),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Another list begins at its first row.
  const list = stringifySearch({ ...filterOf(search), order: firstOf(search, 'order'), snapshot });
  const [shownList, setShownList] = useState(list);
  if (list !== shownList) {
    setShownList(list);
    setView({ offset: 0, scrollTop: 0 });
    setCurrent(0);
  }
  useLayoutEffect(() => {
    if (grid.current !== null && list !== '') grid.current.scrollTop = 0;
  }, [list]);

  const { first, last } = rowsInView(view, geometry);
  const firstPage = Math.floor(first / eventsPerPage) + 1;
  const lastPage = Math.max(firstPage, Math.floor(Math.max(0, last - 1) / eventsPerPage) + 1);
  const numbers = Array.from({ length: lastPage - firstPage + 1 }, (_, at) => firstPage + at);
  const pages = useQueries({ queries: numbers.map((page) => eventsQuery(search, page, snapshot)) });
  const eventAt = (row: number): AuditEvent | undefined => {
    const page = pages[Math.floor(row / eventsPerPage) + 1 - firstPage];
    return page?.data?.items[row % eventsPerPage];
  };
  const failed = pages.find(({ error }) => error !== null)?.error;

  const scrollTo = (offset: number) => {
    const bounded = Math.max(0, Math.min(offset, largestOffset(geometry)));
    const scrollTop = scrollTopFor(bounded, geometry);
    setView({ offset: bounded, scrollTop });
    if (grid.current !== null) grid.current.scrollTop = scrollTop;
  };
  const moveTo = (row: number) => {
    const bounded = Math.max(0, Math.min(row, total - 1));
    setCurrent(bounded);
    const top = bounded * rowHeight;
    if (top < view.offset) scrollTo(top);
    else if (top + rowHeight > view.offset + viewHeight) scrollTo(top + rowHeight - viewHeight);
  };
  const onScroll = ({ currentTarget }: UIEvent<HTMLDivElement>) => {
    if (currentTarget.scrollTop === view.scrollTop) return;
    setView(moveWindow(view, currentTarget.scrollTop, geometry));
  };
  // After small steps on a shortened track the bar is not where it belongs; it goes there once the hand rests.
  useEffect(() => {
    const belongs = scrollTopFor(view.offset, geometry);
    if (Math.abs(belongs - view.scrollTop) < 1) return;
    const timer = setTimeout(() => {
      setView({ offset: view.offset, scrollTop: belongs });
      if (grid.current !== null) grid.current.scrollTop = belongs;
    }, 200);
    return () => clearTimeout(timer);
  });

  const open = (event: AuditEvent | undefined) => {
    if (event !== undefined) changeSearch({ event: String(event.sequence) });
  };
  const verify = async (event: AuditEvent | undefined) => {
    if (event === undefined || organisation === undefined) return;
    await verifyOne(organisation, event.sequence, event);
    // The row has a mark; why it is not green, the panel says.
    if (markOf(event.sequence) !== 'verified') open(event);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inView = Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      j: current + 1,
      ArrowUp: current - 1,
      k: current - 1,
      PageDown: current + inView,
      PageUp: current - inView,
      Home: 0,
      End: total - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) moveTo(target);
    else if (event.key === 'Enter' || event.key === ' ') open(eventAt(current));
    else if (event.key === 'v') void verify(eventAt(current));
    else return;
    event.preventDefault();
  };

  const isSelected = (event: AuditEvent | undefined) =>
    event !== undefined && event.sequence === selected;
  const rows = Array.from({ length: last - first }, (_, at) => first + at);
  return (
    <div className="event-table">
      {failed !== undefined && failed !== null && <p className="notice bad">{failed.message}</p>}
      <div
        ref={grid}
        role="grid"
        aria-label="Events"
        aria-rowcount={total + 1}
        aria-activedescendant={`row-${current}`}
        className="event-grid"
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div role="row" aria-rowindex={1} className="event-head">
          <span role="columnheader" className="cell-mark">
            <span className="visually-hidden">Verified</span>
          </span>
          {eventColumns.map(({ name, label }) => (
            <span role="columnheader" key={name} className={`cell-${name}`}>
              {label}
            </span>
          ))}
        </div>
        <div
          role="rowgroup"
          className="event-track"
          style={{ height: trackHeight(geometry) }}
          onClick={({ target }) => {
            const row = (target as Element).closest<HTMLElement>('[data-row]')?.dataset.row;
            if (row === undefined) return;
            setCurrent(Number(row));
            open(eventAt(Number(row)));
          }}
        >
          {rows.map((row) => (
            <EventRow
              key={row}
              row={row}
              event={eventAt(row)}
              top={row * rowHeight - view.offset + view.scrollTop}
              isCurrent={row === current}
              isSelected={isSelected(eventAt(row))}
              zone={zone}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface EventRowProps {
  readonly row: number;
  /** Absent while its page is loaded. */
  readonly event: AuditEvent | undefined;
  readonly top: number;
  readonly isCurrent: boolean;
  readonly isSelected: boolean;
  readonly zone: Zone;
}

/** Most rows stay as they are when another one becomes current or is opened. */
const EventRow = memo(function EventRow(props: EventRowProps) {
  const { row, event, top, isCurrent, isSelected, zone } = props;
  return (
    <div
      role="row"
      id={`row-${row}`}
      data-row={row}
      aria-rowindex={row + 2}
      aria-selected={isSelected}
      className={isCurrent ? 'event-row current' : 'event-row'}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" className="cell-mark">
        {event !== undefined && <ProofMark sequence={event.sequence} />}
      </span>
      {eventColumns.map((column: EventColumn) => (
        <span role="gridcell" key={column.name} className={`cell-${column.name}`}>
          {event === undefined ? <span className="bone" /> : column.cell(event, zone)}
        </span>
      ))}
    </div>
  );
});
