import { AnnalsError, messageOf } from '../../core/errors.ts';
import { day, formatInstant, type Micros } from '../../core/micros.ts';
import type { Window } from '../../core/window.ts';
import type { Question } from '../../export/asking/ask.ts';
import type { ClientParts, SourceQuestion } from '../../export/asking/client-parts.ts';
import { patiently } from '../../export/asking/patience.ts';
import { type ObjectRules, type Received, readObjects } from '../../export/paging/objects.ts';
import { together } from '../../export/paging/together.ts';
import { beginning, type PageEnd, type WalkState, walkPages } from '../../export/paging/walk.ts';
import type { Batch, Origin, UnorderedSource } from '../../export/stages.ts';
import { type UpcloudFilters, upcloudFilters } from './filters.ts';
import type { UpcloudSettings } from './settings.ts';

const shape = { arrays: ['audit_logs'], id: 'cloud_event_id', time: 'time' } as const;

/** The one size all sources allow (wire: UpCloud 10). */
const pageSize = 100;
/** What `offset` counts is told from a page with at least so many objects, which are asked for in any case. */
const leastTelling = 4;
const leastPageSize = 10;
/** The window is walked in so many pieces at once, when they are worth it. */
const maxAtOnce = 4;
const pagesWorthAPiece = 8;
/** Below this the list costs less than everything the vendor keeps. */
const pagesWorthTheExport = 20;
const retention: Micros = 180 * day;
const exportAttempts = 3;
const offsetAttempts = 10;

/** What `offset` counts is in conflict between the vendor's own documents (wire: UpCloud 3.1). */
type OffsetMeaning = 'items' | 'pages';

interface Piece extends Window {
  readonly state: WalkState;
}

interface Position {
  readonly offset: OffsetMeaning;
  /** Pages mean something only together with their size. */
  readonly limit: number;
  readonly pieces: readonly Piece[];
}

interface ListPage extends PageEnd {
  readonly objects: readonly Received[];
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

export function upcloudOrigin({ api }: UpcloudSettings): Origin {
  return { kind: 'upcloud', endpoint: api };
}

/**
 * Reads UpCloud's trail: through the list, bounded in time on both sides so that what arrives does not shift it, in up
 * to four pieces at once; or, when nearly everything the vendor keeps is wanted, through its streamed export.
 */
export function upcloudSource(
  parts: ClientParts,
  settings: UpcloudSettings,
  question: SourceQuestion,
): UnorderedSource {
  const filters = upcloudFilters(question.filters);
  const reader = new UpcloudReader(parts, settings, question, filters);
  return {
    order: 'unknown',
    origin: upcloudOrigin(settings),
    filters: filters.shares,
    read: (position, signal) => reader.read(position, signal),
  };
}

class UpcloudReader {
  readonly #parts: ClientParts;
  readonly #settings: UpcloudSettings;
  readonly #window: Window;
  #limit: number;
  readonly #filters: UpcloudFilters;
  readonly #rules: ObjectRules;

  constructor(
    parts: ClientParts,
    settings: UpcloudSettings,
    { window, pageSize: wished }: SourceQuestion,
    filters: UpcloudFilters,
  ) {
    this.#parts = parts;
    this.#settings = settings;
    this.#window = window;
    this.#limit = Math.max(leastPageSize, Math.min(wished ?? pageSize, pageSize));
    this.#filters = filters;
    this.#rules = { ...shape, keeps: (value) => filters.keeps(value) };
  }

  async *read(position: string | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    if (position !== undefined) {
      const resumed = JSON.parse(position) as Position;
      this.#limit = resumed.limit;
      yield* this.#walk(resumed, undefined, undefined, signal);
      return;
    }
    const whole: Piece = { ...this.#window, state: beginning };
    const first = await this.#collect(whole, 0, signal);
    if (this.#exportIsCheaper(first.total)) {
      if (yield* this.#stream(first, signal)) return;
    }
    const offset = await this.#meaningOfOffset(whole, first, signal);
    const pieces = this.#divide(first.total);
    const known = pieces.length === 1 ? first : undefined;
    yield* this.#walk({ offset, pieces }, first.total, known, signal);
  }

  /** Walks the pieces together. The position says where each of them stands. */
  async *#walk(
    { offset, pieces }: Omit<Position, 'limit'>,
    total: number | undefined,
    first: ListPage | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Batch> {
    const standing = [...pieces];
    let known = first;
    const readings = pieces.map((piece) => (shared: AbortSignal) => {
      const ask = ({ pages, objects }: Pick<WalkState, 'pages' | 'objects'>) => {
        const answered = pages === 0 ? known : undefined;
        known = undefined;
        const at = offset === 'items' ? objects : pages + 1;
        return answered ? given(answered) : this.#page(piece, at, shared);
      };
      // The bounds are inclusive on both sides, so neighbours overlap by an instant.
      const window = { from: piece.from, to: piece.to + 1 };
      const { patience } = this.#parts;
      return walkPages({ window, ask, patience, signal: shared, resumed: piece.state });
    });
    for await (const { place, value } of together(readings, signal)) {
      const { objects, state } = value;
      if (state) standing[place] = { ...(pieces[place] as Piece), state };
      const position: Position = { offset, limit: this.#limit, pieces: standing };
      yield {
        ...batchOf(objects),
        ...(total !== undefined && { expected: total }),
        ...(state && { position: JSON.stringify(position) }),
      };
    }
  }

  /** A page as a whole, however often it must be asked for. */
  #collect(piece: Window, offset: number, signal: AbortSignal): Promise<ListPage> {
    return patiently(this.#parts.patience, signal, async () => {
      const objects: Received[] = [];
      await using pieces = this.#page(piece, offset, signal);
      for (;;) {
        const next = await pieces.next();
        if (next.done === true) return { ...next.value, objects };
        objects.push(...next.value);
      }
    });
  }

  /** One attempt at a page. */
  async *#page(
    piece: Window,
    offset: number,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Received[], PageEnd> {
    const url = new URL(`${this.#settings.api}/1.3/audit-logs`);
    const query = url.searchParams;
    query.set('limit', String(this.#limit));
    query.set('offset', String(offset));
    query.set('created_after', formatInstant(piece.from));
    query.set('created_before', formatInstant(piece.to));
    for (const [name, value] of this.#filters.query) query.append(name, value);
    const asked = this.#question(url);
    const { headers } = yield* readObjects(this.#parts, asked, this.#rules, signal);
    const said = Number(headers.get('upcloud-total-count') ?? Number.NaN);
    const total = Number.isSafeInteger(said) && said > 0 ? said : undefined;
    return { size: this.#limit, total };
  }

  #question(url: URL): Question {
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
  async #meaningOfOffset(
    whole: Piece,
    page: ListPage,
    signal: AbortSignal,
  ): Promise<OffsetMeaning> {
    let { objects: first, total } = page;
    for (let attempt = 1; attempt <= offsetAttempts; attempt += 1) {
      const isWhole = first.length < this.#limit && first.length === total;
      // All there is stands on one page; or there is too little on it to tell anything.
      if (isWhole || first.length < leastTelling) return 'items';
      const { objects: third } = await this.#collect(whole, 2, signal);
      const again = await this.#collect(whole, 0, signal);
      const shifted = first.length - repeatedIn(again.objects, first);
      if (shifted * 4 < first.length) {
        if (repeatedIn(third, first) * 2 >= first.length) return 'items';
        this.#parts.patience.note('This UpCloud takes offset for a page number; going on by page');
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
  #divide(total: number | undefined): Piece[] {
    const { from, to } = this.#window;
    const pages = (total ?? 0) / this.#limit;
    const count = Math.max(1, Math.min(maxAtOnce, Math.floor(pages / pagesWorthAPiece)));
    const start = Math.min(Math.max(from, this.#parts.clock() - retention), to);
    const edge = (piece: number) => start + Math.floor(((to - start) * piece) / count);
    return Array.from({ length: count }, (_, piece) => ({
      from: piece === 0 ? from : edge(piece),
      to: piece === count - 1 ? to : edge(piece + 1),
      state: beginning,
    }));
  }

  #exportIsCheaper(total: number | undefined): boolean {
    const { from, to } = this.#window;
    const now = this.#parts.clock();
    const covered = Math.min(to, now) - Math.max(from, now - retention);
    return (
      this.#filters.isEmpty &&
      covered * 2 >= retention &&
      (total ?? 0) / this.#limit >= pagesWorthTheExport
    );
  }

  /**
   * Reads the export of everything, which cannot be continued: a cut one is begun again. Gives false when it failed, or
   * brought less of the window than the list has, or lacks what stands on the list's first page, so that the list must
   * be read instead.
   */
  async *#stream(
    { objects: first, total = 0 }: ListPage,
    signal: AbortSignal,
  ): AsyncGenerator<Batch, boolean> {
    const { from, to } = this.#window;
    const url = new URL(`${this.#settings.api}/1.3/audit-logs/export`);
    url.searchParams.set('format', 'json');
    const { note } = this.#parts.patience;
    for (let attempt = 1; attempt <= exportAttempts; attempt += 1) {
      let within = 0;
      const lacking = new Set(first.map(({ id }) => id));
      try {
        const asked = this.#question(url);
        for await (const objects of readObjects(this.#parts, asked, this.#rules, signal)) {
          for (const { id, at } of objects) {
            if (at >= from && at < to) within += 1;
            lacking.delete(id);
          }
          yield { ...batchOf(objects), expected: total };
        }
        if (within >= total && lacking.size === 0) return true;
        note(
          within < total
            ? `The export brought ${within} of ${total} events; reading the list`
            : `The export lacks ${lacking.size} events of the list; reading the list`,
        );
        return false;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AnnalsError)) throw error;
        note(`${messageOf(error)} (export, attempt ${attempt} of ${exportAttempts})`);
      }
    }
    return false;
  }
}

/** A page that was read before, as if it were read now. */
async function* given({ objects, ...end }: ListPage): AsyncGenerator<readonly Received[], PageEnd> {
  yield objects;
  return end;
}

function batchOf(objects: readonly Received[]): Batch {
  return { entries: objects.filter(({ kept }) => kept), received: objects.length };
}

function repeatedIn(page: readonly Received[], before: readonly Received[]): number {
  const ids = new Set(before.map(({ id }) => id));
  return page.filter(({ id }) => ids.has(id)).length;
}
