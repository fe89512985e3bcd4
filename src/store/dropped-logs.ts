import type { DroppedPrefix } from './event-store.ts';

/** What was dropped of each log, joined from consecutive ranges. */
export class DroppedLogs {
  readonly #logs: Map<string, DroppedPrefix>;

  constructor(known: Iterable<readonly [organisation: string, dropped: DroppedPrefix]> = []) {
    this.#logs = new Map(known);
  }

  of(organisation: string): DroppedPrefix | undefined {
    return this.#logs.get(organisation);
  }

  /** Adds the range that follows. */
  add(organisation: string, { before, earliest, latest }: DroppedPrefix): void {
    const known = this.#logs.get(organisation);
    this.#logs.set(organisation, {
      before,
      earliest: Math.min(earliest, known?.earliest ?? earliest),
      latest: Math.max(latest, known?.latest ?? latest),
    });
  }

  entries(): [organisation: string, dropped: DroppedPrefix][] {
    return [...this.#logs];
  }
}
