import type { Filter } from '../../core/filter.ts';
import type { Organisation } from '../../core/organisation.ts';
import { type FilterParameters, filterFromParameters } from './filter.ts';

/** The filter of a request whose response has the same form when nothing can match. */
export function countedFilter(parameters: FilterParameters, organisation: Organisation): Filter {
  const { from, to } = parameters;
  return (
    filterFromParameters(parameters, organisation) ?? {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      conditions: [{ facets: [], values: [] }],
    }
  );
}
