import { AnnalsError, messageOf } from '../../core/errors.ts';
import { day, formatInstant, type Micros } from '../../core/micros.ts';
import type { Window } from '../../core/window.ts';
import type { Question } from '../../export/asking/ask.ts';
import type { ClientParts, SourceQuestion } from '../../export/asking/client-parts.ts';
import { patiently } from '../../export/asking/patience.ts';
import { collectObjects, entryOf, type ObjectRules, type Received, readObjects } from '../../export/paging/objects.ts';
import { together } from '../../export/paging/together.ts';
import { beginning, type Page, type WalkState, walkPages } from '../../export/paging/walk.ts';
import type { Batch, UnorderedSource } from '../../export/stages.ts';
import { type UpcloudFilters, upcloudFilters } from './filters.ts';
import type { UpcloudSettings } from './settings.ts';

const rules: ObjectRules = { arrays: ['audit_logs'], id: 'cloud_event_id', time: 'time' };

/** The one size all sources allow (wire: UpCloud 10). */
const pageSize = 100;
/** The window is walked in so many pieces at once, when they are worth it. */
const maxAtOnce = 4;
const pagesWorthAPiece = 8;
/** Below this the list costs less than everything the vendor keeps. */
const pagesWorthTheExport = 20;
const retention: Micros = 180 * day;
const exportAttempts = 3;

/** What `offset` counts is in conflict between the vendor's own documents (wire: UpCloud 3.1). */
type OffsetMeaning = 'items' | 'pages';

interface Piece extends Window {
  readonly state: WalkState;
}

interface Position {
  readonly offset: OffsetMeaning;
  readonly pieces: readonly Piece[];
}

interface ListPage extends Page<Received> {
  readonly total: number | undefined;
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
    origin: { kind: 'upcloud', endpoint: settings.api },
    filters: filters.shares,
    read: (position, signal) => reader.read(position, signal),
  };
}

class UpcloudReader {
  readonly #parts: ClientParts;
  readonly #settings: UpcloudSettings;
  readonly #window: Window;
  readonly #limit: number;
  readonly #filters: UpcloudFilters;

  constructor(
    parts: ClientParts,
    settings: UpcloudSettings,
    { window, pageSize: wished }: SourceQuestion,
    filters: UpcloudFilters,
  ) {
    this.#parts = parts;
    this.#settings = settings;
    this.#window = window;
    this.#limit = Math.min(wished ?? pageSize, pageSize);
    this.#filters = filters;
  }

  async *read(position: string | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    if (position !== undefined) {
      yield* this.#walk(JSON.parse(position) as Position, undefined, undefined, signal);
      return;
    }
    const whole: Piece = { ...this.#window, state: beginning };
    const first = await this.#ask(whole, 'items', 0, signal);
    if (this.#exportIsCheaper(first.total)) {
      if (yield* this.#stream(first.total ?? 0, signal)) return;
    }
    const offset = await this.#meaningOfOffset(whole, first, signal);
    const pieces = this.#divide(first.total);
    const known = pieces.length === 1 ? first : undefined;
    yield* this.#walk({ offset, pieces }, first.total, known, signal);
  }

  /** Walks the pieces together. The position says where each of them stands. */
  async *#walk(
    { offset, pieces }: Position,
    total: number | undefined,
    first: ListPage | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Batch> {
    const standing = [...pieces];
    let known = first;
    const readings = pieces.map((piece) => (shared: AbortSignal) => {
      const ask = async ({ pages, objects }: Pick<WalkState, 'pages' | 'objects'>) => {
        const answered = pages === 0 ? known : undefined;
        known = undefined;
        const at = offset === 'items' ? objects : pages + 1;
        return answered ?? this.#ask(piece, offset, at, shared, objects);
      };
      // The bounds are inclusive on both sides, so neighbours overlap by an instant.
      return walkPages(ask, { from: piece.from, to: piece.to + 1 }, piece.state);
    });
    for await (const { place, value } of together(readings, signal)) {
      const { objects, state } = value;
      standing[place] = { ...(pieces[place] as Piece), state };
      const position: Position = { offset, pieces: standing };
      yield {
        ...this.#batchOf(objects),
        ...(total !== undefined && { expected: total }),
        position: JSON.stringify(position),
      };
    }
  }

  #batchOf(objects: readonly Received[]): Batch {
    const kept = objects.filter(({ value }) => this.#filters.keeps(value));
    return { entries: kept.map(entryOf), received: objects.length };
  }

  #ask(
    piece: Window,
    meaning: OffsetMeaning,
    offset: number,
    signal: AbortSignal,
    before = 0,
  ): Promise<ListPage> {
    const url = new URL(`${this.#settings.api}/1.3/audit-logs`);
    const query = url.searchParams;
    query.set('limit', String(this.#limit));
    query.set('offset', String(offset));
    query.set('created_after', formatInstant(piece.from));
    query.set('created_before', formatInstant(piece.to));
    for (const [name, value] of this.#filters.query) query.append(name, value);
    return patiently(this.#parts.patience, signal, async () => {
      const { objects, headers } = await collectObjects(
        this.#parts,
        this.#question(url),
        rules,
        signal,
      );
      const said = Number(headers.get('upcloud-total-count') ?? Number.NaN);
      const total = Number.isSafeInteger(said) && said > 0 ? said : undefined;
      const reached = before + objects.length;
      return { objects, total, ...saysLast(reached, total, objects.length < this.#limit) };
    });
  }
}
