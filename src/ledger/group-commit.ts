import { AnnalsError, type Issue, maxIssues, messageOf } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import { type PausableWork, PausableWorkQueue } from '../core/pausable-work.ts';
import type { ReceivedDraft } from '../core/raw-draft.ts';
import { Turns } from '../core/turns.ts';
import { Frontier } from '../integrity/frontier.ts';
import { EventColumns } from '../store/event-columns.ts';
import type { Append, EventReader, EventWriter } from '../store/event-store.ts';
import { AppendBuilder, type ExistingEvents, type LogState } from './append-builder.ts';
import type { Ledger, Receipt } from './ledger.ts';
import type { PreparedDraft, Sequencer } from './sequencing.ts';

export interface GroupCommitOptions {
  readonly store: EventWriter & Pick<EventReader, 'head'>;
  readonly sequencer: Sequencer;
  readonly clock: Clock;
  /**
   * How many events may wait for the disk when one log alone has some. With several logs it is a share for each, and one
   * more for the next to come. Beyond that, `record` rejects with `too-many-requests`.
   */
  readonly maxWaitingEvents?: number;
  /** Called for each log with new events, once they are durable. Must not throw. */
  readonly onGrown?: (organisation: string) => void;
}

/** A request that waits to be recorded. */
interface RecordRequest {
  readonly organisation: string;
  readonly prepared: readonly PreparedDraft[];
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
}

/** A request whose events are sequenced. It is recorded once the append is durable. */
interface SequencedRequest {
  readonly request: RecordRequest;
  readonly receipt: Receipt;
}

/** Sequenced requests. They are resolved once `appends` is durable. */
interface Group {
  readonly sequenced: readonly SequencedRequest[];
  readonly appends: readonly Append[];
}

const maxGroupEvents = 4_000;
/** With so many events waiting, the next group is sequenced while the disk is still busy with the last one. */
const overlapEvents = 500;
const maxAttempts = 5;
const failureMillis = 30_000;

/**
 * The ledger, with group commit: all requests that arrive while the disk is busy become the next transaction. So a group
 * grows with the load, and a single request does not wait. The store decides about heads and ids. A group is sequenced on
 * the assumption that the log ends where this ledger left it, and that its ids are new. Only when the store rejects that
 * with `conflict`, heads and ids are looked up, and the group is sequenced again.
 */
export class GroupCommit implements Ledger {
  readonly #options: GroupCommitOptions;
  readonly #maxWaiting: number;
  /** Ends of logs that the store does not know yet. */
  readonly #logStates = new Map<string, LogState>();
  readonly #recording = new Set<Promise<Receipt>>();
  readonly #preparing = new PausableWorkQueue();
  readonly #sequencing = new PausableWorkQueue();
  readonly #appending = new Set<Promise<void>>();
  readonly #queue = new Turns<RecordRequest>();
  /** Events in the queue. */
  #queued = 0;
  /** Requests whose group the store rejected. They are tried again before anything else. */
  #retries: RecordRequest[] = [];
  #waitingEvents = 0;
  /** Of each log that has some. */
  readonly #waitingOfLog = new Map<string, number>();
  #failure: { readonly message: string; readonly at: number } | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaitingEvents ?? 50_000;
  }

  async record(organisation: string, drafts: readonly ReceivedDraft[]): Promise<Receipt> {
    if (this.#closed) throw new AnnalsError('unavailable', 'Cannot record: the server is stopping');
    this.#addWaiting(organisation, drafts.length);
    const recording = this.#record(organisation, drafts).finally(() => {
      this.#addWaiting(organisation, -drafts.length);
      this.#recording.delete(recording);
    });
    this.#recording.add(recording);
    return recording;
  }

  /** Counts events that wait, or that wait no more. Throws `too-many-requests` when a log has its share. */
  #addWaiting(organisation: string, count: number): void {
    const waiting = this.#waitingOfLog.get(organisation) ?? 0;
    const logs = this.#waitingOfLog.size + (waiting === 0 ? 1 : 0);
    // The only log may have everything. Another one that comes finds room, however much that one has.
    const share = (2 * this.#maxWaiting) / (logs + 1);
    if (count > 0 && waiting > 0 && waiting + count > share) {
      throw new AnnalsError(
        'too-many-requests',
        `Cannot record: ${waiting} events of this log are waiting for the disk; try again later`,
        { retryAfterSeconds: 1 },
      );
    }
    this.#waitingEvents += count;
    if (waiting + count === 0) this.#waitingOfLog.delete(organisation);
    else this.#waitingOfLog.set(organisation, waiting + count);
  }

  async #record(organisation: string, drafts: readonly ReceivedDraft[]): Promise<Receipt> {
    const prepared = await this.#preparing.run(this.#prepare(organisation, drafts), organisation);
    return new Promise<Receipt>((resolve, reject) => {
      this.#queue.add(organisation, { organisation, prepared, resolve, reject });
      this.#queued += prepared.length;
      this.#running ??= this.#run();
    });
  }

  /** Events that were accepted and are not on the disk yet. */
  get waitingEvents(): number {
    return this.#waitingEvents;
  }

  /** The logs with the most such events, most first, and how many each has. */
  waitingOfLogs(most: number): (readonly [organisation: string, events: number])[] {
    const logs = [...this.#waitingOfLog].sort(([, one], [, other]) => other - one);
    return logs.slice(0, most);
  }

  /** Why the last commit failed, until one succeeds, or for half a minute: without requests there is no next commit. */
  get failure(): string | undefined {
    const { message, at } = this.#failure ?? { at: 0 };
    return performance.now() - at < failureMillis ? message : undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#recording);
    await this.#running;
  }

  *#prepare(organisation: string, drafts: readonly ReceivedDraft[]): PausableWork<PreparedDraft[]> {
    const prepared: PreparedDraft[] = [];
    const issues: Issue[] = [];
    for (const [index, draft] of drafts.entries()) {
      yield;
      try {
        prepared.push(this.#options.sequencer.prepare(organisation, draft));
      } catch (error) {
        if (!(error instanceof AnnalsError) || error.code !== 'invalid') throw error;
        issues.push(...error.issues.map((issue) => ({ ...issue, index })));
        if (issues.length >= maxIssues) break;
      }
    }
    const first = issues[0];
    if (first === undefined) return prepared;
    const subject = `event ${first.index}${first.field === '' ? '' : `, ${first.field}`}`;
    throw new AnnalsError('invalid', `Cannot record: ${subject} ${first.message}`, { issues });
  }

  async #run(): Promise<void> {
    // Requests that arrive in the same turn of the event loop share a commit.
    await new Promise(setImmediate);
    while (!this.#queue.isEmpty || this.#retries.length + this.#appending.size > 0) {
      if (this.#retries.length > 0) await this.#retry();
      else if (this.#mayStartAppend()) this.#startAppend(await this.#sequence(this.#takeGroup()));
      else await Promise.race(this.#appending);
    }
    this.#running = undefined;
  }

  #mayStartAppend(): boolean {
    if (this.#appending.size === 0) return true;
    return this.#appending.size === 1 && this.#queued >= overlapEvents;
  }

  /** The next requests: at least one, and as many as one transaction should have. Logs take turns. */
  #takeGroup(): RecordRequest[] {
    const group: RecordRequest[] = [];
    let events = 0;
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      events += next.prepared.length;
      if (group.length > 0 && events > maxGroupEvents) break;
      this.#queue.take();
      this.#queued -= next.prepared.length;
      group.push(next);
    }
    return group;
  }

  /** Gives a group to the store without waiting. Every request gets the outcome. */
  #startAppend(group: Group): void {
    const appending = this.#append(group).then((conflicting) => {
      this.#appending.delete(appending);
      this.#retries.push(...conflicting);
    });
    this.#appending.add(appending);
  }

  /** Looks up heads and ids in the store, then tries the rejected requests again, alone. */
  async #retry(): Promise<void> {
    await Promise.all(this.#appending);
    let requests: readonly RecordRequest[] = this.#retries;
    this.#retries = [];
    for (let attempt = 1; requests.length > 0 && attempt <= maxAttempts; attempt += 1) {
      try {
        const group = await this.#sequence(requests, await this.#lookUp(requests));
        requests = await this.#append(group);
      } catch (error) {
        for (const { reject } of requests) reject(error);
        return;
      }
    }
    for (const { organisation, reject } of requests) {
      reject(
        new AnnalsError(
          'unavailable',
          `Cannot record for ${organisation}: another writer appended each time before us; try again later`,
          { retryAfterSeconds: 1 },
        ),
      );
    }
  }

  async #lookUp(requests: readonly RecordRequest[]): Promise<Map<string, ExistingEvents>> {
    const ids = new Map<string, Set<string>>();
    for (const { organisation, prepared } of requests) {
      this.#logStates.delete(organisation);
      const ofLog = ids.get(organisation) ?? new Set();
      ids.set(organisation, ofLog);
      for (const { hasOwnID, eventID } of prepared) if (hasOwnID) ofLog.add(eventID);
    }
    const known = new Map<string, ExistingEvents>();
    for (const [organisation, ofLog] of ids) {
      known.set(organisation, await this.#options.store.findExisting(organisation, [...ofLog]));
    }
    return known;
  }

  /** Sequences every event of the group. Requests that contradict the log are rejected now. */
  async #sequence(
    requests: readonly RecordRequest[],
    known?: Map<string, ExistingEvents>,
  ): Promise<Group> {
    const events = columnsFor(requests);
    const sequenced: SequencedRequest[] = [];
    const appends: Append[] = [];
    for (const [organisation, theirs] of Map.groupBy(requests, (request) => request.organisation)) {
      try {
        const state = await this.#logState(organisation);
        const ofLog = known?.get(organisation);
        const builder = new AppendBuilder(organisation, state, ofLog, events, this.#options);
        sequenced.push(...(await this.#add(theirs, builder)));
        const built = builder.build();
        if (built.length > 0) this.#logStates.set(organisation, builder.logState);
        appends.push(...built);
      } catch (error) {
        for (const { reject } of theirs) reject(error);
      }
    }
    return { sequenced, appends };
  }

  async #add(
    requests: readonly RecordRequest[],
    builder: AppendBuilder,
  ): Promise<SequencedRequest[]> {
    const sequenced: SequencedRequest[] = [];
    for (const request of requests) {
      try {
        sequenced.push({
          request,
          receipt: await this.#sequencing.run(builder.add(request.prepared)),
        });
      } catch (error) {
        request.reject(error);
      }
    }
    return sequenced;
  }

  async #logState(organisation: string): Promise<LogState> {
    const state = this.#logStates.get(organisation);
    if (state !== undefined) return state;
    const { size, frontier, recordedAt } = await this.#options.store.head(organisation);
    return { frontier: Frontier.fromBytes(size, frontier), recordedAt };
  }

  /** Returns the requests to try again: the store rejected their group because of a head or an id. */
  async #append({ appends, sequenced }: Group): Promise<readonly RecordRequest[]> {
    try {
      if (appends.length > 0) {
        await this.#options.store.append(appends);
        this.#failure = undefined;
      }
      for (const { organisation, head } of appends) {
        // From now on the store knows it, unless the next group was sequenced meanwhile.
        if (this.#logStates.get(organisation)?.frontier.size === head.size) {
          this.#logStates.delete(organisation);
        }
        this.#options.onGrown?.(organisation);
      }
      for (const { request, receipt } of sequenced) request.resolve(receipt);
      return [];
    } catch (error) {
      for (const { organisation } of appends) this.#logStates.delete(organisation);
      if (error instanceof AnnalsError && error.code === 'conflict') {
        return sequenced.map(({ request }) => request);
      }
      this.#failure = { message: messageOf(error), at: performance.now() };
      for (const { request } of sequenced) request.reject(error);
      return [];
    }
  }
}

/** Columns with room for the events of these requests. */
function columnsFor(requests: readonly RecordRequest[]): EventColumns {
  let [events, bytes] = [0, 0];
  for (const { prepared } of requests) {
    events += prepared.length;
    // The values for the gaps need at most 64 bytes.
    for (const { texts } of prepared) bytes += texts.body.end + 64;
  }
  return new EventColumns(events, bytes);
}
