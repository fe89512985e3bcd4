import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type FacetCounts, facetsQuery } from '../../api/queries.ts';
import { formatCount } from '../../fields/count.ts';
import { cutMiddle } from '../../fields/event-text.ts';
import { type FilterName, filterLabels, parameterValue } from '../../fields/filters.ts';
import type { Search } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { ChangeSearch } from './EventsPage.tsx';

interface FacetsProps {
  readonly search: Search;
  readonly snapshot: number | undefined;
  readonly changeSearch: ChangeSearch;
}

const shown: readonly FilterName[] = [
  'outcome',
  'action',
  'userIdentity',
  'serviceAccount',
  'resourceType',
  'clientIp',
  'responseStatus',
];

const valuesAtFirst = 6;

/** The values of the events that match, with exact counts: a click keeps those with a value, or leaves them out. */
export function Facets({ search, snapshot, changeSearch }: FacetsProps) {
  const { data, error } = useQuery(facetsQuery(search, snapshot, shown, { limit: valuesAtFirst }));
  if (error !== null) {
    return (
      <aside className="facets" aria-label="Values">
        <p className="notice bad">{error.message}</p>
      </aside>
    );
  }
  // How long each list will be is not known yet, and headings at guessed places would move.
  if (data === undefined) {
    return (
      <aside className="facets" aria-label="Values">
        <div className="bones" aria-hidden="true">
          {shown.map((name) => (
            <span key={name} className="bone" />
          ))}
        </div>
      </aside>
    );
  }
  return (
    <aside className="facets" aria-label="Values">
      {shown.map((name) => {
        const facet = data.facets.find((one) => one.name === name);
        if (facet === undefined || facet.distinct === 0) return null;
        return (
          <FacetValues
            key={name}
            name={name}
            facet={facet}
            total={data.total}
            search={search}
            snapshot={snapshot}
            changeSearch={changeSearch}
          />
        );
      })}
    </aside>
  );
}

interface FacetValuesProps extends FacetsProps {
  readonly name: FilterName;
  readonly facet: FacetCounts;
  readonly total: number;
}

function FacetValues({ name, facet, total, search, snapshot, changeSearch }: FacetValuesProps) {
  const [showsAll, setShowsAll] = useState(false);
  const label = filterLabels[name];
  const isLonger =
    facet !== undefined && (facet.distinct ?? Number.POSITIVE_INFINITY) > facet.values.length;
  return (
    <section className="facet" aria-labelledby={`facet-${name}`}>
      <h3 id={`facet-${name}`}>{label}</h3>
      {showsAll ? (
        <AllValues name={name} search={search} snapshot={snapshot} changeSearch={changeSearch} />
      ) : (
        <ValueList
          name={name}
          values={facet.values}
          total={total}
          search={search}
          changeSearch={changeSearch}
        />
      )}
      {(isLonger || showsAll) && (
        <Button look="quiet" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll
            ? 'Fewer'
            : facet?.distinct === undefined
              ? 'Search'
              : `All ${formatCount(facet.distinct)}`}
        </Button>
      )}
    </section>
  );
}

/** All values of a facet, to be searched. */
function AllValues({
  name,
  search,
  snapshot,
  changeSearch,
}: FacetsProps & { readonly name: FilterName }) {
  const [text, setText] = useState('');
  const { data } = useQuery(
    facetsQuery(search, snapshot, [name], { limit: 100, ...(text !== '' && { search: text }) }),
  );
  const facet = data?.facets[0];
  return (
    <>
      <input
        type="search"
        className="facet-search"
        aria-label={`Search in ${filterLabels[name]}`}
        placeholder="Search"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <ValueList
        name={name}
        values={facet?.values ?? []}
        total={data?.total ?? 0}
        search={search}
        changeSearch={changeSearch}
      />
    </>
  );
}

interface ValueListProps {
  readonly name: FilterName;
  readonly values: FacetCounts['values'];
  readonly total: number;
  readonly search: Search;
  readonly changeSearch: ChangeSearch;
}

function ValueList({ name, values, total, search, changeSearch }: ValueListProps) {
  const kept = search[name] ?? [];
  const left = search[`-${name}`] ?? [];
  return (
    <ul className="facet-values">
      {values.map(({ value, count }) => {
        const parameter = parameterValue(name, value);
        const isKept = kept.includes(parameter);
        return (
          <li key={value} style={{ '--share': total === 0 ? 0 : count / total } as object}>
            <button
              type="button"
              className="facet-value"
              aria-pressed={isKept}
              title={isKept ? `Drop the filter: ${value}` : `Only ${value}`}
              onClick={() =>
                changeSearch({
                  [name]: isKept ? kept.filter((one) => one !== parameter) : [...kept, parameter],
                  event: undefined,
                })
              }
            >
              <span className="facet-text">{cutMiddle(value, 26)}</span>
              <span className="count faint">{formatCount(count)}</span>
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label={`Leave out ${value}`}
              title={`Leave out ${value}`}
              onClick={() => changeSearch({ [`-${name}`]: [...left, parameter], event: undefined })}
            >
              <Icon name="minus" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
