import type { VendorEvent } from './events.fixture.ts';

/** How a set of exported events differs from what a vendor had. All empty: the export is correct. */
export interface Verdict {
  /** Ids of events that were there all the time and were not exported. */
  readonly missing: readonly string[];
  /** Ids exported more than once. */
  readonly repeated: readonly string[];
  /** Ids exported that the vendor did not have in the window during the export. */
  readonly foreign: readonly string[];
  /** Ids exported with other content, or other order of members, than the vendor's. */
  readonly altered: readonly string[];
}

/**
 * `must` were visible from the first to the last request, `may` at some time in between: an export
 * is right with any of those, but owes only the former.
 */
export function judge(
  exported: readonly VendorEvent[],
  must: readonly VendorEvent[],
  may: readonly VendorEvent[],
  idOf: (event: VendorEvent) => string,
): Verdict {
  const held = new Map(may.map((event) => [idOf(event), event]));
  const seen = new Map<string, number>();
  const foreign: string[] = [];
  const altered: string[] = [];
  for (const event of exported) {
    const id = idOf(event);
    seen.set(id, (seen.get(id) ?? 0) + 1);
    const original = held.get(id);
    if (!original) foreign.push(id);
    else if (JSON.stringify(event) !== JSON.stringify(original)) altered.push(id);
  }
  return {
    missing: must.map(idOf).filter((id) => !seen.has(id)),
    repeated: [...seen].filter(([, times]) => times > 1).map(([id]) => id),
    foreign,
    altered,
  };
}
