import { facets } from '../../../core/facets.ts';
import { comparisonForm } from '../../../core/filter.ts';
import { idHash } from '../../segmented/ids/id-hash.ts';

const seed = { high: 0, low: 0 };

/** Where a value stands among those of its facet. Values that compare equal have the same hash. */
export function valueHash(facet: number, value: string): number {
  return idHash(seed, facet, comparisonForm(facets[facet]!, value)).high;
}
