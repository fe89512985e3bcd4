import type { ClientRequest } from '../../client/request.ts';
import { retry } from '../../client/retry.ts';
import type { ClientDependencies } from '../../client/send-request.ts';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import { day, formatInstant, type Micros } from '../../core/micros.ts';
import type { Window } from '../../core/window.ts';
import {
  type ObjectRules,
  type ReceivedObject,
  readObjects,
} from '../../export/sources/list-objects.ts';
import { mergeGenerators } from '../../export/sources/merge-generators.ts';
import {
  initialWalkState,
  type PageInfo,
  shortfallOf,
  type WalkState,
  walkPages,
} from '../../export/sources/walk-pages.ts';
import type {
  Batch,
  Shortfall,
  SourceOrigin,
  SourceQuery,
  UnorderedSource,
} from '../../export/stages.ts';
import { refuseAnnals } from '../refuse-annals.ts';
import { type UpcloudFilters, upcloudFilters } from './filters.ts';
import type { UpcloudSettings } from './settings.ts';

const shape = { arrayKeys: ['audit_logs'], id: 'cloud_event_id', time: 'time' } as const;

/** The only size that all of the vendor's documents allow (wire: UpCloud 10). */
const pageSize = 100;
/** A page must have this many objects to show what `offset` counts. A page is always at least that large. */
const minObjectsToDetect = 4;
const minPageSize = 10;
/** The window is divided into at most this many ranges that are walked at the same time, if they have enough pages. */
const maxConcurrentRanges = 4;
const minPagesPerRange = 8;
/** With fewer pages the list costs less than the export of everything that the vendor keeps. */
const minPagesForExport = 20;
const retention: Micros = 180 * day;
const exportAttempts = 3;
const offsetAttempts = 10;

/** What `offset` counts: the vendor's own documents contradict each other (wire: UpCloud 3.1). */
type OffsetMeaning = 'items' | 'pages';

interface WalkRange extends Window {
  readonly state: WalkState;
}

/** A place in all ranges at once, from which a later run goes on. Its names are in the journals of exports. */
interface RangesPosition {
  readonly offset: OffsetMeaning;
  /** The number of a page has a meaning only together with this size. */
  readonly limit: number;
  readonly pieces: readonly WalkRange[];
}

interface ListPage extends PageInfo {
  readonly objects: readonly ReceivedObject[];
}

/** The members of an entry that are plain texts: the columns of a table (wire: UpCloud 3.3). */
export const upcloudColumns = [
  'time',
  'auth_type',
  'cloud_event_id',
  'upcloud_correlation_id',
  'resource_type',
  'resource_sub_type',
  'action',
  'origin',
  'account_username',
  'ip_address',
  'resource_id',
] as const;

export function upcloudOrigin({ api }: UpcloudSettings): SourceOrigin {
  return { kind: 'upcloud', endpoint: api };
}

/**
 * Reads UpCloud's trail. Usually by its list, bounded in time on both sides so that new events do not shift it, in up to
 * four ranges at the same time. By its streamed export if nearly everything that the vendor keeps is in the window.
 */
export function upcloudSource(
  dependencies: ClientDependencies,
  settings: UpcloudSettings,
  query: SourceQuery,
): UnorderedSource {
  const filters = upcloudFilters(query.filters);
  const reader = new UpcloudReader(dependencies, settings, query, filters);
  return {
    order: 'unknown',
    origin: upcloudOrigin(settings),
    filters: filters.shares,
    get shortfall() {
      return reader.shortfall;
    },
    read: (position, signal) => reader.read(position, signal),
  };
}

class UpcloudReader {
  /** Of the list; the export is used only if it lacks nothing. */
  shortfall: Shortfall | undefined;
  readonly #dependencies: ClientDependencies;
  readonly #settings: UpcloudSettings;
  readonly #window: Window;
  #limit: number;
  readonly #filters: UpcloudFilters;
  readonly #rules: ObjectRules;

  constructor(
    dependencies: ClientDependencies,
    settings: UpcloudSettings,
    query: SourceQuery,
    filters: UpcloudFilters,
  ) {
    this.#dependencies = dependencies;
    this.#settings = settings;
    const { window, pageSize: requested } = query;
    this.#window = window;
    this.#limit = Math.max(minPageSize, Math.min(requested ?? pageSize, pageSize));
    this.#filters = filters;
    this.#rules = {
      ...shape,
      ...refuseAnnals(query, settings.api, 'UpCloud'),
      matches: (value) => filters.keeps(value),
    };
  }

  async *read(position: string | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    if (position !== undefined) {
      const resumed = JSON.parse(position) as RangesPosition;
      this.#limit = resumed.limit;
      yield* this.#walk(resumed, undefined, undefined, signal);
      return;
    }
    const whole: WalkRange = { ...this.#window, state: initialWalkState };
    const first = await this.#readWholePage(whole, 0, signal);
    if (this.#exportIsCheaper(first.total)) {
      if (yield* this.#readExport(first, signal)) return;
    }
    const offset = await this.#detectOffsetMeaning(whole, first, signal);
    const ranges = this.#splitWindow(first.total);
    const known = ranges.length === 1 ? first : undefined;
    yield* this.#walk({ offset, pieces: ranges }, first.total, known, signal);
  }

  /** Walks the ranges at the same time. The position says how far each of them is. */
  async *#walk(
    { offset, pieces: ranges }: Omit<RangesPosition, 'limit'>,
    total: number | undefined,
    first: ListPage | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Batch> {
    const reached = [...ranges];
    this.shortfall = shortfallOf(reached.map(({ state }) => state));
    let known = first;
    const walks = ranges.map((range) => (shared: AbortSignal) => {
      const requestPage = ({ pages, objects }: Pick<WalkState, 'pages' | 'objects'>) => {
        const received = pages === 0 ? known : undefined;
        known = undefined;
        const at = offset === 'items' ? objects : pages + 1;
        return received ? replayPage(received) : this.#page(range, at, shared);
      };
      // The bounds are inclusive on both sides, so neighbours overlap by an instant.
      const window = { from: range.from, to: range.to + 1 };
      const { retry } = this.#dependencies;
      return walkPages({ window, requestPage, retry, signal: shared, resumed: range.state });
    });
    for await (const { index, value } of mergeGenerators(walks, signal)) {
      const { objects, state } = value;
      if (state) {
        reached[index] = { ...(ranges[index] as WalkRange), state };
        this.shortfall = shortfallOf(reached.map((range) => range.state));
      }
      const position: RangesPosition = { offset, limit: this.#limit, pieces: reached };
      yield {
        ...batchOf(objects),
        ...(total !== undefined && { expected: total }),
        ...(state && { position: JSON.stringify(position) }),
      };
    }
  }

  /** A whole page, with as many attempts as it needs. */
  #readWholePage(range: Window, offset: number, signal: AbortSignal): Promise<ListPage> {
    return retry(this.#dependencies.retry, signal, async () => {
      const objects: ReceivedObject[] = [];
      await using chunks = this.#page(range, offset, signal);
      for (;;) {
        const next = await chunks.next();
        if (next.done === true) return { ...next.value, objects };
        objects.push(...next.value);
      }
    });
  }

  /** One attempt at a page. */
  async *#page(
    range: Window,
    offset: number,
    signal: AbortSignal,
  ): AsyncGenerator<readonly ReceivedObject[], PageInfo> {
    const url = new URL(`${this.#settings.api}/1.3/audit-logs`);
    const query = url.searchParams;
    query.set('limit', String(this.#limit));
    query.set('offset', String(offset));
    query.set('created_after', formatInstant(range.from));
    query.set('created_before', formatInstant(range.to));
    for (const [name, value] of this.#filters.query) query.append(name, value);
    const request = this.#request(url);
    const { headers } = yield* readObjects(this.#dependencies, request, this.#rules, signal);
    const count = Number(headers.get('upcloud-total-count') ?? Number.NaN);
    const total = Number.isSafeInteger(count) && count > 0 ? count : undefined;
    return { size: this.#limit, total };
  }

  #request(url: URL): ClientRequest {
    return {
      url,
      headers: { accept: 'application/json', authorization: this.#settings.authorization },
    };
  }

  /**
   * Requests the list with offset 2. If that counts objects, it repeats nearly all of the first page; if it counts pages,
   * it is the second page, which repeats only what has shifted onto it. So the first page is requested again, and the
   * result is used if little has shifted.
   */
  async #detectOffsetMeaning(
    whole: WalkRange,
    page: ListPage,
    signal: AbortSignal,
  ): Promise<OffsetMeaning> {
    let { objects: first, total } = page;
    for (let attempt = 1; attempt <= offsetAttempts; attempt += 1) {
      const isEverything = first.length < this.#limit && first.length === total;
      // Everything is on one page; or the page has too few objects to decide.
      if (isEverything || first.length < minObjectsToDetect) return 'items';
      const { objects: third } = await this.#readWholePage(whole, 2, signal);
      const again = await this.#readWholePage(whole, 0, signal);
      const shifted = first.length - countRepeated(again.objects, first);
      if (shifted * 4 < first.length) {
        if (countRepeated(third, first) * 2 >= first.length) return 'items';
        this.#dependencies.retry.notify(
          'This UpCloud reads offset as a page number; going on by page',
        );
        return 'pages';
      }
      ({ objects: first, total } = again);
    }
    throw new AnnalsError(
      'unavailable',
      `Cannot find out what offset counts at ${this.#settings.api}: the list shifted in each of ${offsetAttempts} attempts`,
    );
  }

  /** Ranges of equal length. The vendor does not keep everything, so the first one begins with what it keeps. */
  #splitWindow(total: number | undefined): WalkRange[] {
    const { from, to } = this.#window;
    const pages = (total ?? 0) / this.#limit;
    const count = Math.max(1, Math.min(maxConcurrentRanges, Math.floor(pages / minPagesPerRange)));
    const start = Math.min(Math.max(from, this.#dependencies.clock() - retention), to);
    const edge = (index: number) => start + Math.floor(((to - start) * index) / count);
    return Array.from({ length: count }, (_, index) => ({
      from: index === 0 ? from : edge(index),
      to: index === count - 1 ? to : edge(index + 1),
      state: initialWalkState,
    }));
  }

  #exportIsCheaper(total: number | undefined): boolean {
    const { from, to } = this.#window;
    const now = this.#dependencies.clock();
    const covered = Math.min(to, now) - Math.max(from, now - retention);
    return (
      this.#filters.isEmpty &&
      covered * 2 >= retention &&
      (total ?? 0) / this.#limit >= minPagesForExport
    );
  }

  /**
   * Reads the export of everything. It cannot be continued, so one that was cut begins again. Returns false when it
   * failed, or brought less of the window than the list has, or lacks an object of the list's first page: then the list
   * must be read instead.
   */
  async *#readExport(
    { objects: first, total = 0 }: ListPage,
    signal: AbortSignal,
  ): AsyncGenerator<Batch, boolean> {
    const { from, to } = this.#window;
    const url = new URL(`${this.#settings.api}/1.3/audit-logs/export`);
    url.searchParams.set('format', 'json');
    const { notify } = this.#dependencies.retry;
    for (let attempt = 1; attempt <= exportAttempts; attempt += 1) {
      let within = 0;
      const lacking = new Set(first.map(({ id }) => id));
      try {
        const request = this.#request(url);
        for await (const objects of readObjects(this.#dependencies, request, this.#rules, signal)) {
          for (const { id, at } of objects) {
            if (at >= from && at < to) within += 1;
            lacking.delete(id);
          }
          yield { ...batchOf(objects), expected: total };
        }
        if (within >= total && lacking.size === 0) return true;
        notify(
          within < total
            ? `The export brought ${within} of ${total} events; reading the list`
            : `The export lacks ${lacking.size} events of the list; reading the list`,
        );
        return false;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AnnalsError)) throw error;
        notify(`${messageOf(error)} (export, attempt ${attempt} of ${exportAttempts})`);
      }
    }
    return false;
  }
}

/** A page that was read before, in the form of one that is read now. */
async function* replayPage({
  objects,
  ...end
}: ListPage): AsyncGenerator<readonly ReceivedObject[], PageInfo> {
  yield objects;
  return end;
}

function batchOf(objects: readonly ReceivedObject[]): Batch {
  return { entries: objects.filter(({ matches }) => matches), received: objects.length };
}

function countRepeated(page: readonly ReceivedObject[], before: readonly ReceivedObject[]): number {
  const ids = new Set(before.map(({ id }) => id));
  return page.filter(({ id }) => ids.has(id)).length;
}
