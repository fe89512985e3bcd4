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
  type WalkState,
  walkPages,
} from '../../export/sources/walk-pages.ts';
import type { Batch, SourceOrigin, SourceQuery, UnorderedSource } from '../../export/stages.ts';
import { type UpcloudFilters, upcloudFilters } from './filters.ts';
import type { UpcloudSettings } from './settings.ts';

const shape = { arrayKeys: ['audit_logs'], id: 'cloud_event_id', time: 'time' } as const;

/** The one size all sources allow (wire: UpCloud 10). */
const pageSize = 100;
/** What `offset` counts is told from a page with at least so many objects, which are asked for in any case. */
const minObjectsToDetect = 4;
const minPageSize = 10;
/** The window is walked in so many pieces at once, when they are worth it. */
const maxConcurrentRanges = 4;
const minPagesPerRange = 8;
/** Below this the list costs less than everything the vendor keeps. */
const minPagesForExport = 20;
const retention: Micros = 180 * day;
const exportAttempts = 3;
const offsetAttempts = 10;

/** What `offset` counts is in conflict between the vendor's own documents (wire: UpCloud 3.1). */
type OffsetMeaning = 'items' | 'pages';

interface WalkRange extends Window {
  readonly state: WalkState;
}

interface WalkPosition {
  readonly offset: OffsetMeaning;
  /** Pages mean something only together with their size. */
  readonly limit: number;
  readonly pieces: readonly WalkRange[];
}

interface ListPage extends PageInfo {
  readonly objects: readonly ReceivedObject[];
}

/** What an entry says in plain texts: the columns of a table of them (wire: UpCloud 3.3). */
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
 * Reads UpCloud's trail: through the list, bounded in time on both sides so that what arrives does not shift it, in up
 * to four pieces at once; or, when nearly everything the vendor keeps is wanted, through its streamed export.
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
    read: (position, signal) => reader.read(position, signal),
  };
}

class UpcloudReader {
  readonly #dependencies: ClientDependencies;
  readonly #settings: UpcloudSettings;
  readonly #window: Window;
  #limit: number;
  readonly #filters: UpcloudFilters;
  readonly #rules: ObjectRules;

  constructor(
    parts: ClientDependencies,
    settings: UpcloudSettings,
    { window, pageSize: wished }: SourceQuery,
    filters: UpcloudFilters,
  ) {
    this.#dependencies = parts;
    this.#settings = settings;
    this.#window = window;
    this.#limit = Math.max(minPageSize, Math.min(wished ?? pageSize, pageSize));
    this.#filters = filters;
    this.#rules = { ...shape, matches: (value) => filters.keeps(value) };
  }

  async *read(position: string | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    if (position !== undefined) {
      const resumed = JSON.parse(position) as WalkPosition;
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
    const pieces = this.#splitWindow(first.total);
    const known = pieces.length === 1 ? first : undefined;
    yield* this.#walk({ offset, pieces }, first.total, known, signal);
  }

  /** Walks the pieces together. The position says where each of them stands. */
  async *#walk(
    { offset, pieces }: Omit<WalkPosition, 'limit'>,
    total: number | undefined,
    first: ListPage | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Batch> {
    const standing = [...pieces];
    let known = first;
    const readings = pieces.map((piece) => (shared: AbortSignal) => {
      const requestPage = ({ pages, objects }: Pick<WalkState, 'pages' | 'objects'>) => {
        const answered = pages === 0 ? known : undefined;
        known = undefined;
        const at = offset === 'items' ? objects : pages + 1;
        return answered ? replayPage(answered) : this.#page(piece, at, shared);
      };
      // The bounds are inclusive on both sides, so neighbours overlap by an instant.
      const window = { from: piece.from, to: piece.to + 1 };
      const { retry } = this.#dependencies;
      return walkPages({ window, requestPage, retry, signal: shared, resumed: piece.state });
    });
    for await (const { index, value } of mergeGenerators(readings, signal)) {
      const { objects, state } = value;
      if (state) standing[index] = { ...(pieces[index] as WalkRange), state };
      const position: WalkPosition = { offset, limit: this.#limit, pieces: standing };
      yield {
        ...batchOf(objects),
        ...(total !== undefined && { expected: total }),
        ...(state && { position: JSON.stringify(position) }),
      };
    }
  }

  /** A page as a whole, however often it must be asked for. */
  #readWholePage(range: Window, offset: number, signal: AbortSignal): Promise<ListPage> {
    return retry(this.#dependencies.retry, signal, async () => {
      const objects: ReceivedObject[] = [];
      await using pieces = this.#page(range, offset, signal);
      for (;;) {
        const next = await pieces.next();
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
    const asked = this.#request(url);
    const { headers } = yield* readObjects(this.#dependencies, asked, this.#rules, signal);
    const said = Number(headers.get('upcloud-total-count') ?? Number.NaN);
    const total = Number.isSafeInteger(said) && said > 0 ? said : undefined;
    return { size: this.#limit, total };
  }

  #request(url: URL): ClientRequest {
    return {
      url,
      headers: { accept: 'application/json', authorization: this.#settings.authorization },
    };
  }

  /**
   * Asks for the list from the third place on. Counted in objects it repeats nearly all of the first page; counted in
   * pages it is the second one, which repeats only what shifted onto it. So the first page is asked for again, and the
   * answer counts when little had shifted.
   */
  async #detectOffsetMeaning(
    whole: WalkRange,
    page: ListPage,
    signal: AbortSignal,
  ): Promise<OffsetMeaning> {
    let { objects: first, total } = page;
    for (let attempt = 1; attempt <= offsetAttempts; attempt += 1) {
      const isWhole = first.length < this.#limit && first.length === total;
      // All there is stands on one page; or there is too little on it to tell anything.
      if (isWhole || first.length < minObjectsToDetect) return 'items';
      const { objects: third } = await this.#readWholePage(whole, 2, signal);
      const again = await this.#readWholePage(whole, 0, signal);
      const shifted = first.length - countRepeated(again.objects, first);
      if (shifted * 4 < first.length) {
        if (countRepeated(third, first) * 2 >= first.length) return 'items';
        this.#dependencies.retry.notify(
          'This UpCloud takes offset for a page number; going on by page',
        );
        return 'pages';
      }
      ({ objects: first, total } = again);
    }
    throw new AnnalsError(
      'unavailable',
      `Cannot tell what offset counts at ${this.#settings.api}: the list shifted every time of ${offsetAttempts}`,
    );
  }

  /** Equal stretches of time, of which the vendor keeps only the later ones. */
  #splitWindow(total: number | undefined): WalkRange[] {
    const { from, to } = this.#window;
    const pages = (total ?? 0) / this.#limit;
    const count = Math.max(1, Math.min(maxConcurrentRanges, Math.floor(pages / minPagesPerRange)));
    const start = Math.min(Math.max(from, this.#dependencies.clock() - retention), to);
    const edge = (piece: number) => start + Math.floor(((to - start) * piece) / count);
    return Array.from({ length: count }, (_, piece) => ({
      from: piece === 0 ? from : edge(piece),
      to: piece === count - 1 ? to : edge(piece + 1),
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
   * Reads the export of everything, which cannot be continued: a cut one is begun again. Gives false when it failed, or
   * brought less of the window than the list has, or lacks what stands on the list's first page, so that the list must
   * be read instead.
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
        const asked = this.#request(url);
        for await (const objects of readObjects(this.#dependencies, asked, this.#rules, signal)) {
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

/** A page that was read before, as if it were read now. */
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
