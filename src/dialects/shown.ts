import { ownService } from '../core/event.ts';
import type { Filter } from '../core/filter.ts';

/** What a vendor's dialect shows of a log: all but the records of Annals' own doings, of which no vendor knows. */
export const visibleToVendors: Filter = { withoutSystemServices: [ownService] };
