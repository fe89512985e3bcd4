import { type FilterName, filterLabels, filterNames, shownValue } from '../../fields/filters.ts';
import type { Zone } from '../../fields/instant.ts';
import { rangeText } from '../../fields/ranges.ts';
import { firstOf, type Search } from '../../search.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { ChangeSearch, Changes } from './EventsPage.tsx';

export interface Chip {
  readonly text: string;
  /** What takes it away. */
  readonly without: Changes;
}

/** Everything that narrows a search, in words. */
export function chipsOf(search: Search, zone: Zone): readonly Chip[] {
  const ofValues = filterNames.flatMap((name: FilterName) =>
    [name, `-${name}`].flatMap((parameter) => {
      const values = search[parameter] ?? [];
      const is = parameter === name ? 'is' : 'is not';
      return values.map((value) => ({
        text: `${filterLabels[name]} ${is} ${shownValue(name, value)}`,
        without: { [parameter]: values.filter((other) => other !== value) },
      }));
    }),
  );
  const text = firstOf(search, 'searchText');
  const [from, to] = [firstOf(search, 'from'), firstOf(search, 'to')];
  return [
    ...ofValues,
    ...(text === undefined
      ? []
      : [{ text: `Description has “${text}”`, without: { searchText: undefined } }]),
    ...(search['-searchText'] ?? []).map((value, _at, values) => ({
      text: `Description has no “${value}”`,
      without: { '-searchText': values.filter((other) => other !== value) },
    })),
    ...(from === undefined && to === undefined
      ? []
      : [{ text: rangeText(from, to, zone), without: { from: undefined, to: undefined } }]),
  ];
}

interface FilterChipsProps {
  readonly search: Search;
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
}

export function FilterChips({ search, zone, changeSearch }: FilterChipsProps) {
  const chips = chipsOf(search, zone);
  if (chips.length === 0) return null;
  return (
    <ul className="chips" aria-label="Filters">
      {chips.map(({ text, without }) => (
        <li key={text} className="chip">
          <span>{text}</span>
          <button
            type="button"
            className="icon-button"
            aria-label={`Drop the filter: ${text}`}
            onClick={() => changeSearch(without)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <button
            type="button"
            className="button quiet"
            onClick={() =>
              changeSearch(Object.assign({}, ...chips.map(({ without }) => without), clear(search)))
            }
          >
            Drop all
          </button>
        </li>
      )}
    </ul>
  );
}

function clear(search: Search): Changes {
  const narrowing = Object.keys(search).filter((name) =>
    [...filterNames, 'searchText'].includes(name.replace(/^-/, '')),
  );
  return Object.fromEntries(narrowing.map((name) => [name, undefined]));
}
