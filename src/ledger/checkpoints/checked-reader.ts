import type { EventReader } from '../../store/event-store.ts';
import type { LogChecks } from './log-checks.ts';

/** A reader that reads nothing from a log before its check, and rejects with `corrupt` when the log is damaged. */
export function checkedReader(
  reader: EventReader,
  checks: Pick<LogChecks, 'pending'>,
): EventReader {
  const after = async <T>(organisation: string, read: () => Promise<T>): Promise<T> => {
    const pending = checks.pending(organisation);
    if (pending !== undefined) await pending;
    return read();
  };
  return {
    head: (of) => after(of, () => reader.head(of)),
    get: (of, ...query) => after(of, () => reader.get(of, ...query)),
    list: (of, ...query) => after(of, () => reader.list(of, ...query)),
    listLines: (of, ...query) => after(of, () => reader.listLines(of, ...query)),
    countedLines: (of, ...query) => after(of, () => reader.countedLines(of, ...query)),
    count: (of, ...query) => after(of, () => reader.count(of, ...query)),
    scan: async function* (of, ...query) {
      await checks.pending(of);
      yield* reader.scan(of, ...query);
    },
    sequenceAt: (of, ...query) => after(of, () => reader.sequenceAt(of, ...query)),
    distinct: (of, ...query) => after(of, () => reader.distinct(of, ...query)),
    histogram: (of, ...query) => after(of, () => reader.histogram(of, ...query)),
    facetCounts: (of, ...query) => after(of, () => reader.facetCounts(of, ...query)),
    treeNodes: (of, ...query) => after(of, () => reader.treeNodes(of, ...query)),
    dropped: (of) => after(of, () => reader.dropped(of)),
    watch: (...query) => reader.watch(...query),
    withSignal: (signal) => checkedReader(reader.withSignal(signal), checks),
  };
}
