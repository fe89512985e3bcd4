import { Popover } from '@base-ui/react/popover';
import { type FormEvent, useState } from 'react';
import { instantFromText, type Zone } from '../../fields/instant.ts';
import { boundText, ranges, rangeText } from '../../fields/ranges.ts';
import { firstOf, type Search } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { ChangeSearch } from './EventsPage.tsx';

interface RangePickerProps {
  readonly search: Search;
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
}

/**
 * The window of time. A relative range becomes an instant at once, so that a link shows the same events when it is
 * opened later.
 */
export function RangePicker({ search, zone, changeSearch }: RangePickerProps) {
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const from = firstOf(search, 'from');
  const to = firstOf(search, 'to');

  const choose = (changes: Parameters<ChangeSearch>[0]) => {
    changeSearch({ ...changes, event: undefined });
    setOpen(false);
    setProblem(undefined);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const bounds: Record<string, string | undefined> = { from: undefined, to: undefined };
    for (const name of ['from', 'to']) {
      const text = String(form.get(name) ?? '').trim();
      if (text === '') continue;
      bounds[name] = instantFromText(text, zone);
      if (bounds[name] === undefined) {
        setProblem(`“${text}” is not a time. Write 2026-11-30, or 2026-11-30 09:41:07`);
        return;
      }
    }
    choose(bounds);
  };

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="button">
        {rangeText(from, to, zone)}
        <Icon name="down" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="end" sideOffset={4} className="layer">
          <Popover.Popup className="popover range" aria-label="Range of time">
            <div className="range-presets">
              {ranges.map(({ label, seconds }) => (
                <button
                  key={label}
                  type="button"
                  className="menu-item"
                  onClick={() => {
                    const start = new Date(Date.now() - seconds * 1_000);
                    choose({ from: start.toISOString(), to: undefined, snapshot: undefined });
                  }}
                >
                  {label}
                </button>
              ))}
              <button
                type="button"
                className="menu-item"
                onClick={() => choose({ from: undefined, to: undefined })}
              >
                All time
              </button>
            </div>
            <form onSubmit={submit} className="form">
              <label htmlFor="range-from">From ({zone})</label>
              <input
                id="range-from"
                name="from"
                className="mono"
                defaultValue={boundText('from', from, zone)}
                placeholder="2026-11-30 09:41:07"
              />
              <label htmlFor="range-to">To, not included</label>
              <input
                id="range-to"
                name="to"
                className="mono"
                defaultValue={boundText('to', to, zone)}
                placeholder="now"
              />
              {problem !== undefined && (
                <p role="alert" className="bad">
                  {problem}
                </p>
              )}
              <Button type="submit" look="primary">
                Show
              </Button>
            </form>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
