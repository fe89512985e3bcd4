import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import type { FacetCount, ListQuery, Range, StoredEvent } from '../event-store.ts';
import type { DataDirectory } from './data-directory.ts';
import { type IdSeed, idHash } from './ids/id-hash.ts';
import { ActiveSegment } from './live/active-segment.ts';
import { rowsWithHash } from './live/columns.ts';
import { eventIn } from './live/event-in.ts';
import type { LiveSegment } from './live/live-segment.ts';
import { LiveValues, liveStretch } from './live/stretch.ts';
import { count, distinct } from './query/count.ts';
import { list } from './query/list.ts';
import { type ScanPage, scanPage } from './query/scan.ts';
import type { Stretch } from './query/segment.ts';
import { sequenceAt } from './query/sequence-at.ts';
import { inSlices } from './query/slices.ts';
import { treeNodes } from './query/tree-nodes.ts';

/** Everything that can be read at a moment. */
export interface View {
  readonly idSeed: IdSeed;
  /** Segments in SQLite, oldest first. */
  readonly live: readonly LiveSegment[];
}

/** A segment in SQLite as one reader holds it. */
interface OpenLive {
  readonly number: number;
  readonly live: LiveSegment;
  readonly values: LiveValues;
  readonly segment: ActiveSegment;
}

/** Answers questions about logs, which it knows by number. One lives in each reader thread. */
export class Reader {
  readonly #directory: DataDirectory;
  readonly #queryMillis: number;
  #view: View;
  #live: readonly OpenLive[] = [];

  constructor(directory: DataDirectory, view: View, queryMillis: number) {
    this.#directory = directory;
    this.#queryMillis = queryMillis;
    this.#view = view;
    this.show(view);
  }

  /** What is there from now on. Questions under way finish with what they began with. */
  show(view: View): void {
    this.#view = view;
    this.#live = view.live.map((live) => {
      const held = this.#live.find(({ number }) => number === live.number);
      if (held !== undefined) return held;
      const segment = ActiveSegment.openForReading(this.#directory.database(live.number));
      return { number: live.number, live, values: new LiveValues(live.columns), segment };
    });
  }

  get(log: number, eventID: string): StoredEvent | undefined {
    const hash = idHash(this.#view.idSeed, log, eventID);
    for (const { live, segment } of this.#live) {
      for (const row of rowsWithHash(live.columns, hash)) {
        const event = eventIn(segment.event(row), log, eventID);
        if (event !== undefined) return event;
      }
    }
    return undefined;
  }

  list(log: number, query: ListQuery): Promise<StoredEvent[]> {
    return inSlices(list(this.#stretches(log), query), this.#queryMillis);
  }

  count(log: number, filter: Filter, sequences: Range): Promise<number> {
    return inSlices(count(this.#stretches(log), filter, sequences), this.#queryMillis);
  }

  distinct(log: number, facet: Facet, filter: Filter, limit?: number): Promise<FacetCount[]> {
    return inSlices(distinct(this.#stretches(log), facet, filter, limit), this.#queryMillis);
  }

  scanPage(log: number, range: Range, filter: Filter): Promise<ScanPage> {
    return inSlices(scanPage(this.#stretches(log), range, filter), this.#queryMillis);
  }

  sequenceAt(log: number, recordedAt: Micros): Promise<number | undefined> {
    return inSlices(sequenceAt(this.#stretches(log), recordedAt), this.#queryMillis);
  }

  treeNodes(log: number, level: number, from: number, count: number): Promise<Uint8Array> {
    return inSlices(treeNodes(this.#stretches(log), level, from, count), this.#queryMillis);
  }

  close(): void {
    for (const { segment } of this.#live) segment.close();
  }

  /** The log's events, oldest segment first. */
  #stretches(log: number): Stretch[] {
    return this.#live.map(({ live, values, segment }) =>
      liveStretch(log, live.columns, values, segment),
    );
  }
}
