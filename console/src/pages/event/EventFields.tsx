import type { AuditEvent } from '../../api/queries.ts';
import { eventFields } from '../../fields/event-fields.ts';
import { parameterValue } from '../../fields/filters.ts';
import { formatInstant, type Zone } from '../../fields/instant.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import type { Search } from '../../search.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { ChangeSearch } from '../events/EventsPage.tsx';

interface EventFieldsProps {
  readonly event: AuditEvent;
  readonly search: Search;
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
}

/** The fields of an event that have a meaning of their own; each value can be kept or left out of the list. */
export function EventFields({ event, search, zone, changeSearch }: EventFieldsProps) {
  return (
    <dl className="fields">
      {eventFields.map(({ label, meaning, value, filter, isInstant }) => {
        const text = value(event);
        if (text === undefined) return null;
        const kept = filter === undefined ? [] : (search[filter] ?? []);
        const left = filter === undefined ? [] : (search[`-${filter}`] ?? []);
        const parameter = filter === undefined ? text : parameterValue(filter, text);
        return (
          <div key={label} className="field">
            <dt title={meaning}>{label}</dt>
            <dd>
              <span className="mono">{isInstant === true ? formatInstant(text, zone) : text}</span>
              <span className="field-actions">
                {filter !== undefined && (
                  <>
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={`Only ${label} ${text}`}
                      title={`Only ${text}`}
                      onClick={() => changeSearch({ [filter]: [...new Set([...kept, parameter])] })}
                    >
                      <Icon name="filter" />
                    </button>
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={`Leave out ${label} ${text}`}
                      title={`Leave out ${text}`}
                      onClick={() =>
                        changeSearch({ [`-${filter}`]: [...new Set([...left, parameter])] })
                      }
                    >
                      <Icon name="minus" />
                    </button>
                  </>
                )}
                <CopyButton text={text} what={label} />
              </span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
