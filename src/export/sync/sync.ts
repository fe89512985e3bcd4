import { join } from 'node:path';
import { AnnalsError } from '../../core/errors.ts';
import { day, formatDay, formatInstant, type Micros } from '../../core/micros.ts';
import type { Window } from '../../core/window.ts';
import { writeFileAtomically } from '../../runtime/write-file-atomically.ts';
import type { Disk } from '../disk.ts';
import { hashId, IdSet, idHashBytes } from '../sources/id-set.ts';
import type { Batch, Entry, LogFacts, Source } from '../stages.ts';
import { CommittedFiles, type FileSizes } from './committed-files.ts';

/** Where new events go. */
export interface SyncTarget {
  /** Adds new events. It may be called again with the same ones, because the commit may be lost. */
  deliver(entries: readonly Entry[], signal: AbortSignal): Promise<void>;
  /** Makes what was delivered durable. Resolves with the sizes of files that count with the commit that follows. */
  flush(): Promise<FileSizes>;
}

export interface SyncSettings {
  readonly disk: Disk;
  /** Where the state is kept. */
  readonly directory: string;
  /** Opens the target with the sizes of the last commit. */
  readonly openTarget: (sizes: FileSizes) => SyncTarget;
  readonly openSource: (window: Window) => Source;
  /** Whether the target takes an event; without it every one. */
  readonly accepts?: (entry: Entry) => boolean;
  /** Where the first pass begins, and how far the usual and the deep passes overlap the last one of their kind. */
  readonly since: Micros;
  readonly lookback: Micros;
  readonly deepLookback: Micros;
  readonly deepEvery: Micros;
  /** Called with the number of new events so far. */
  readonly onProgress: (delivered: number) => void;
}

/** A pass: its time range, and where its source can continue. */
interface SyncPass {
  readonly from: Micros;
  readonly to: Micros;
  readonly deep: boolean;
  readonly position?: string;
  /** The first sequence that a log of ours had when the pass began. */
  readonly keptFrom?: number;
}

/** The state between runs, in one file that is written as a whole, so that it is of one moment. */
interface SyncState {
  readonly version: 1;
  /** Everything before was read, but late events may still come. */
  readonly until?: Micros;
  /** Where the first pass began: what is before it is not synced. */
  readonly began?: Micros;
  /** When the last deep pass was. */
  readonly deepAt?: Micros;
  /** How many events a log of ours had when the last pass began. */
  readonly seen?: number;
  /** Ids of events before this are forgotten, so no pass begins before it. */
  readonly floor?: Micros;
  readonly pending?: SyncPass;
  /** Sizes of the files of ids, and of the target's. */
  readonly ids: FileSizes;
  readonly data: FileSizes;
}

export interface SyncOutcome {
  readonly delivered: number;
  readonly pass: SyncPass;
  /** Sequences of a log of ours that were recorded since the pass before, and dropped before this one had read them. */
  readonly missed?: { readonly from: number; readonly to: number };
  /** Whether an earlier run had begun the pass; what came since then needs another pass. */
  readonly resumed: boolean;
}

const stateName = 'sync.json';
const lockName = 'lock';
const batchLength = 1_000;

/**
 * Delivers what is new, each event once, however often it is run and wherever it was stopped. The usual pass overlaps the
 * one before by `lookback`. A deep pass, every `deepEvery`, overlaps the deep pass before by `deepLookback`, so it finds
 * events that arrived as late as that, however long ago the last pass was. Events are recognised by their ids, which are
 * kept for the days that a pass may still read. After a failure it must be opened again.
 */
export class Sync {
  readonly #settings: SyncSettings;
  readonly #ids: CommittedFiles;
  readonly #target: SyncTarget;
  readonly #seen = new Map<string, IdSet>();
  #state: SyncState;

  private constructor(settings: SyncSettings, state: SyncState) {
    this.#settings = settings;
    this.#state = state;
    this.#ids = new CommittedFiles(settings.disk, settings.directory, state.ids);
    this.#target = settings.openTarget(state.data);
  }

  /** Takes the lock and continues from the last commit. */
  static async open(settings: SyncSettings): Promise<Sync> {
    const { disk, directory } = settings;
    await disk.createDirectory(directory);
    await disk.lock(join(directory, lockName));
    const text = await disk.readText(join(directory, stateName));
    const state = text === undefined ? { version: 1, ids: {}, data: {} } : JSON.parse(text);
    return new Sync(settings, state as SyncState);
  }

  async close(): Promise<void> {
    await this.#settings.disk.remove(join(this.#settings.directory, lockName));
  }

  /** One pass. Rejects when the source or the target does; what was committed until then stays. */
  async run(now: Micros, signal: AbortSignal): Promise<SyncOutcome> {
    const { pending } = this.#state;
    const { accepts = () => true } = this.#settings;
    const pass = pending ?? this.#nextPass(now);
    const source = this.#settings.openSource(pass);
    let { position, keptFrom } = pass;
    let delivered = 0;
    let waiting: Entry[] = [];
    const commit = async () => {
      const entries = waiting;
      waiting = [];
      await this.#deliver(entries, signal);
      const reached = {
        ...(position !== undefined && { position }),
        ...(keptFrom !== undefined && { keptFrom }),
      };
      await this.#commit({ pending: { ...pass, ...reached } });
      delivered += entries.length;
      this.#settings.onProgress(delivered);
    };
    for await (const batch of source.read(position, signal)) {
      signal.throwIfAborted();
      keptFrom ??= source.log && (source.log.keptFrom ?? 0);
      for (const entry of batch.entries) {
        const isWithin = entry.at >= pass.from && entry.at < pass.to;
        if (isWithin && accepts(entry) && (await this.#isNew(entry))) waiting.push(entry);
      }
      position = positionAfter(source, batch) ?? position;
      if (waiting.length >= batchLength) await commit();
    }
    if (waiting.length > 0) await commit();
    const missed = this.#missedOf(source.log, keptFrom);
    await this.#finishPass(pass, source.log?.size);
    return { delivered, pass, resumed: pending !== undefined, ...(missed && { missed }) };
  }

  /** A first pass misses nothing of what was dropped before it began. */
  #missedOf(log: LogFacts | undefined, began: number | undefined): SyncOutcome['missed'] {
    const from = this.#state.seen ?? began;
    const to = log?.keptFrom;
    return from === undefined || to === undefined || to <= from ? undefined : { from, to };
  }

  #nextPass(now: Micros): SyncPass {
    const { since, lookback, deepLookback, deepEvery } = this.#settings;
    const { until, deepAt, began = since, floor = began } = this.#state;
    // What is recorded in this microsecond is included.
    const to = now + 1;
    if (until === undefined) return { from: Math.min(since, now), to, deep: true };
    checkClock(now, until);
    const usual = Math.min(until, now) - lookback;
    const deep = deepAt === undefined || now - deepAt >= deepEvery;
    const from = deep ? Math.min(usual, (deepAt ?? until) - deepLookback) : usual;
    return { from: Math.min(Math.max(from, began, floor), now), to, deep };
  }

  async #isNew({ id, at }: Entry): Promise<boolean> {
    const name = idFileName(at);
    let seen = this.#seen.get(name);
    if (seen === undefined) {
      seen = new IdSet();
      let rest = Buffer.alloc(0);
      for await (const chunk of this.#ids.read(name)) {
        const bytes = Buffer.concat([rest, chunk]);
        const whole = bytes.length - (bytes.length % idHashBytes);
        for (let start = 0; start < whole; start += idHashBytes) {
          seen.addHash(bytes.subarray(start, start + idHashBytes));
        }
        rest = bytes.subarray(whole);
      }
      this.#seen.set(name, seen);
    }
    return seen.add(id);
  }

  async #deliver(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    if (entries.length === 0) return;
    await this.#target.deliver(entries, signal);
    for (const [name, group] of Map.groupBy(entries, ({ at }) => idFileName(at))) {
      await this.#ids.append(name, Buffer.concat(group.map(({ id }) => hashId(id))));
    }
  }

  /** The commit: from here on, what was delivered and noted counts. */
  async #commit(change: Partial<SyncState>): Promise<void> {
    const { disk, directory } = this.#settings;
    const data = await this.#target.flush();
    await this.#ids.sync();
    this.#state = { ...this.#state, ...change, ids: this.#ids.sizes, data };
    const path = join(directory, stateName);
    const text = `${JSON.stringify(this.#state)}\n`;
    await writeFileAtomically(path, text, { disk, temporaryPath: `${path}.new` });
  }

  /** Notes that the pass is done, and forgets the ids of days that no pass will read again. */
  async #finishPass({ from, to, deep }: SyncPass, seen: number | undefined): Promise<void> {
    const { disk, directory, lookback, deepLookback } = this.#settings;
    const deepAt = deep ? to : (this.#state.deepAt ?? to);
    const oldest = Math.min(to - lookback, deepAt - deepLookback);
    const floor = Math.max(oldest - (oldest % day), this.#state.floor ?? 0);
    const obsolete = this.#ids.forget((name) => name < idFileName(floor));
    const { pending: _, ...state } = this.#state;
    this.#state = state;
    const size = seen === undefined ? {} : { seen };
    const began = this.#state.began ?? from;
    await this.#commit({ until: to, began, deepAt, floor, ...size });
    for (const name of obsolete) await disk.remove(join(directory, name));
    this.#seen.clear();
  }
}

/** After a clock was a day ahead, events until that day would count as read. */
function checkClock(now: Micros, until: Micros): void {
  if (now > until - day) return;
  throw new AnnalsError(
    'invalid',
    `Cannot look for new events: the clock says ${formatInstant(now)}, and at the last pass it said ${formatInstant(until)}. Set the clock, or start again with another --state`,
  );
}

const idFileName = (at: Micros): string => `${formatDay(at)}.ids`;

function positionAfter(source: Source, { entries, position }: Batch): string | undefined {
  if (source.order === 'unknown') return position;
  const last = entries.at(-1);
  return last && source.positionAfter(last);
}
