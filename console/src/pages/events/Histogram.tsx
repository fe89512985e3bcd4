import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, memo, type PointerEvent, useMemo, useRef, useState } from 'react';
import { type Histogram as Counts, histogramQuery } from '../../api/queries.ts';
import { count, formatCount } from '../../fields/count.ts';
import { instantParts, type Zone } from '../../fields/instant.ts';
import { padBuckets } from '../../fields/pad-buckets.ts';
import { rangeText } from '../../fields/ranges.ts';
import type { Search } from '../../search.ts';
import type { ChangeSearch } from './EventsPage.tsx';

interface HistogramProps {
  readonly search: Search;
  readonly snapshot: number | undefined;
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
}

/** From one bar to another, both included; `anchor` is where it began. */
interface Selection {
  readonly anchor: number;
  readonly end: number;
}

const barHeight = 72;

/**
 * Events over time. A drag, or Shift with the arrows, selects bars; letting go, or Enter, shows that time. Failures stand
 * at the foot of a bar.
 */
export function Histogram({ search, snapshot, zone, changeSearch }: HistogramProps) {
  const { data, error, isPlaceholderData } = useQuery(histogramQuery(search, snapshot));
  const counts = useMemo(() => data && shownCounts(data), [data]);
  if (error !== null) return <p className="notice bad">{error.message}</p>;
  if (data === undefined) return <div className="histogram loading" aria-hidden="true" />;
  if (counts === undefined) return null;
  return (
    <Bars
      key={`${counts.from} ${counts.bucketSeconds}`}
      counts={counts}
      isOld={isPlaceholderData}
      zone={zone}
      changeSearch={changeSearch}
    />
  );
}

type ShownCounts = Pick<Counts, 'buckets' | 'bucketSeconds'> & {
  readonly from: string;
  readonly to: string;
};

/** Undefined when there is nothing to be seen. */
function shownCounts({ buckets, bucketSeconds, from, to, total }: Counts): ShownCounts | undefined {
  if (total === 0 || from === undefined || to === undefined) return undefined;
  const padded = padBuckets(buckets, bucketSeconds);
  const [first, last] = [padded[0], padded.at(-1)];
  if (padded === buckets || first === undefined || last === undefined) {
    return { buckets, bucketSeconds, from, to };
  }
  const end = new Date(Date.parse(last.from) + bucketSeconds * 1_000).toISOString();
  return { buckets: [...padded], bucketSeconds, from: first.from, to: end };
}

interface BarsProps {
  readonly counts: ShownCounts;
  readonly isOld: boolean;
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
}

/** Each bar has a label with times of its zone, so they are written again only when something of them has changed. */
const Bars = memo(function Bars({ counts, isOld, zone, changeSearch }: BarsProps) {
  const { buckets, bucketSeconds } = counts;
  const [current, setCurrent] = useState(0);
  const [selection, setSelection] = useState<Selection>();
  const [hovered, setHovered] = useState<number>();
  const plot = useRef<HTMLDivElement>(null);
  const isDragging = useRef(false);
  const totals = buckets.map(({ success, failure, unknown }) => success + failure + unknown);
  const tallest = Math.max(1, ...totals);

  const endOf = (at: number) => {
    const start = buckets[at]?.from ?? counts.from;
    return new Date(Date.parse(start) + bucketSeconds * 1_000).toISOString();
  };
  const boundsOf = ({ anchor, end }: Selection) => {
    const [first, last] = [Math.min(anchor, end), Math.max(anchor, end)];
    return { from: buckets[first]?.from ?? counts.from, to: endOf(last) };
  };
  const zoomTo = (wanted: Selection) => {
    setSelection(undefined);
    changeSearch({ ...boundsOf(wanted), event: undefined });
  };
  const labelOf = (at: number) => {
    const bucket = buckets[at];
    if (bucket === undefined) return '';
    const failed = bucket.failure === 0 ? '' : `, ${formatCount(bucket.failure)} failed`;
    return `${rangeText(bucket.from, endOf(at), zone)}: ${count(totals[at] ?? 0, 'event')}${failed}`;
  };
  const barAt = ({ clientX }: PointerEvent) => {
    const box = plot.current?.getBoundingClientRect();
    if (box === undefined) return 0;
    const share = (clientX - box.left) / box.width;
    return Math.max(0, Math.min(buckets.length - 1, Math.floor(share * buckets.length)));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const last = buckets.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: Math.max(0, current - 1),
      ArrowRight: Math.min(last, current + 1),
      Home: 0,
      End: last,
    };
    const target = moves[event.key];
    if (target !== undefined) {
      setCurrent(target);
      setSelection(
        event.shiftKey ? { anchor: selection?.anchor ?? current, end: target } : undefined,
      );
    } else if (event.key === 'Enter' || event.key === ' ') {
      zoomTo(selection ?? { anchor: current, end: current });
    } else if (event.key === 'Escape' && selection !== undefined) {
      setSelection(undefined);
    } else {
      return;
    }
    event.preventDefault();
  };

  const bounds = selection === undefined ? undefined : boundsOf(selection);
  const isSelected = (at: number) =>
    selection !== undefined &&
    at >= Math.min(selection.anchor, selection.end) &&
    at <= Math.max(selection.anchor, selection.end);
  const said = hovered ?? current;
  const first = instantParts(counts.from, zone);
  const last = instantParts(counts.to, zone);
  // Of bars of seconds both ends may be in one minute.
  const clock = bucketSeconds < 60 ? 8 : 5;

  return (
    <div className={isOld ? 'histogram old' : 'histogram'}>
      <div
        ref={plot}
        role="listbox"
        aria-label="Events over time. Arrows move, Shift selects, Enter shows that time"
        aria-multiselectable="true"
        aria-activedescendant={`bar-${current}`}
        tabIndex={0}
        className="bars"
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          isDragging.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = barAt(event);
          setCurrent(at);
          setSelection({ anchor: at, end: at });
        }}
        onPointerMove={(event) => {
          const at = barAt(event);
          setHovered(at);
          if (isDragging.current && selection !== undefined)
            setSelection({ ...selection, end: at });
        }}
        onPointerUp={() => {
          if (isDragging.current && selection !== undefined) zoomTo(selection);
          isDragging.current = false;
        }}
        onPointerCancel={() => {
          isDragging.current = false;
          setSelection(undefined);
        }}
        onPointerLeave={() => setHovered(undefined)}
      >
        {buckets.map(({ from, failure }, at) => {
          const total = totals[at] ?? 0;
          const heightOf = (part: number) =>
            part === 0 ? 0 : Math.max(2, Math.round((part / tallest) * barHeight));
          return (
            <div
              key={from}
              id={`bar-${at}`}
              role="option"
              aria-selected={isSelected(at)}
              aria-label={labelOf(at)}
              className={at === current ? 'bar current' : 'bar'}
            >
              <span className="bar-rest" style={{ height: heightOf(total - failure) }} />
              <span className="bar-failure" style={{ height: heightOf(failure) }} />
            </div>
          );
        })}
      </div>
      <div className="histogram-axis" aria-hidden="true">
        <time>
          {first.date} {first.time.slice(0, clock)}
        </time>
        <span className="histogram-said">
          {bounds === undefined ? labelOf(said) : `Show ${rangeText(bounds.from, bounds.to, zone)}`}
        </span>
        <time>
          {last.date} {last.time.slice(0, clock)}
        </time>
      </div>
    </div>
  );
});
