import { type FormEvent, useEffect, useRef } from 'react';
import type { Zone } from '../../fields/instant.ts';
import { firstOf, type Search } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { onShortcut } from '../../ui/shortcuts.ts';
import type { ChangeSearch } from './EventsPage.tsx';
import { RangePicker } from './RangePicker.tsx';
import { SavedSearches } from './SavedSearches.tsx';
import { ZonePicker } from './ZonePicker.tsx';

interface FilterBarProps {
  readonly search: Search;
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
  /** Undefined while it is not known what there is to export. */
  readonly showExport: (() => void) | undefined;
}

export function FilterBar({ search, zone, changeSearch, showExport }: FilterBarProps) {
  const input = useRef<HTMLInputElement>(null);
  const text = firstOf(search, 'searchText') ?? '';

  // Back and a chip change the text from outside.
  useEffect(() => {
    if (input.current !== null) input.current.value = text;
  }, [text]);

  useEffect(() => onShortcut('/', () => input.current?.focus()), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = input.current?.value.trim() ?? '';
    changeSearch({ searchText: wanted === '' ? undefined : wanted, event: undefined });
  };
  const isAscending = firstOf(search, 'order') === 'asc';
  const showsOwn = firstOf(search, 'includeSystemServices') === 'true';

  return (
    <search className="filter-bar">
      <form className="search-box" onSubmit={submit}>
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          name="searchText"
          aria-label="Search in descriptions"
          placeholder="Search in descriptions"
          defaultValue={text}
          maxLength={1000}
          autoComplete="off"
          spellCheck={false}
        />
        <kbd aria-hidden="true">/</kbd>
      </form>
      <SavedSearches search={search} />
      <RangePicker search={search} zone={zone} changeSearch={changeSearch} />
      <ZonePicker zone={zone} changeSearch={changeSearch} />
      <Button
        aria-pressed={showsOwn}
        title="Also what Annals itself recorded: reads, sign-ins, changes of keys"
        onClick={() => changeSearch({ includeSystemServices: showsOwn ? undefined : 'true' })}
      >
        Own records
      </Button>
      <Button
        title={isAscending ? 'Show the newest first' : 'Show the oldest first'}
        onClick={() => changeSearch({ order: isAscending ? undefined : 'asc' })}
      >
        {isAscending ? 'Oldest first' : 'Newest first'}
      </Button>
      <Button
        disabledReason={showExport === undefined ? 'The events are not loaded yet' : undefined}
        onClick={showExport}
      >
        Export
      </Button>
    </search>
  );
}
