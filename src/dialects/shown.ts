import type { Filter } from '../core/filter.ts';
import { ownService } from '../ledger/own-records.ts';

/** What a vendor's dialect shows of a log: all but the records of Annals' own doings, of which no vendor knows. */
export const shown: Filter = { withoutSystemServices: [ownService] };
