import { AnnalsError, type Issue } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import { type PausableWork, PausableWorkQueue } from '../core/pausable-work.ts';
import type { ReceivedDraft } from '../core/raw-draft.ts';
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
  /** Events that may wait for the disk before producers are asked to slow down. */
  readonly maxWaitingEvents?: number;
  /** Told of each log that events were added to, once they are durable. Must not throw. */
  readonly onGrown?: (organisation: string) => void;
}

/** A request that waits to be in the log. */
interface RecordRequest {
  readonly organisation: string;
  readonly prepared: readonly PreparedDraft[];
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
}

/** A request with its events placed, sure to be in the log once the append is. */
interface SequencedRequest {
  readonly request: RecordRequest;
  readonly receipt: Receipt;
}

/** Requests with everything placed: they are answered once `appends` is durable. */
interface Group {
  readonly sequenced: readonly SequencedRequest[];
  readonly appends: readonly Append[];
}

const maxGroupEvents = 4_000;
/** With this much waiting, the next group is sealed while the disk is still busy with the last. */
const overlapEvents = 500;
const maxAttempts = 5;

/**
 * The ledger: whatever arrives while the disk is busy becomes the next transaction, so that the group grows with
 * the pressure and a lone request waits for nobody. The store is the judge of heads and ids: a group is sealed in
 * the hope that the log ends where this ledger left it and that no id is taken, and only when the store says
 * otherwise are both looked up and the group sealed anew.
 */
export class GroupCommit implements Ledger {
  readonly #options: GroupCommitOptions;
  readonly #maxWaiting: number;
  readonly #logStates = new Map<string, LogState>();
  readonly #recording = new Set<Promise<Receipt>>();
  readonly #preparing = new PausableWorkQueue();
  readonly #sequencing = new PausableWorkQueue();
  readonly #appending = new Set<Promise<void>>();
  #queue: RecordRequest[] = [];
  /** Requests whose group the store refused; they go again before anything else. */
  #retries: RecordRequest[] = [];
  #waitingEvents = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaitingEvents ?? 50_000;
  }

  async record(organisation: string, drafts: readonly ReceivedDraft[]): Promise<Receipt> {
    if (this.#closed) throw new AnnalsError('unavailable', 'Cannot record: the server is stopping');
    if (this.#waitingEvents > 0 && this.#waitingEvents + drafts.length > this.#maxWaiting) {
      throw new AnnalsError(
        'too-many-requests',
        `Cannot record now: ${this.#waitingEvents} events are waiting for the disk`,
        { retryAfterSeconds: 1 },
      );
    }
    this.#waitingEvents += drafts.length;
    const recording = this.#record(organisation, drafts).finally(() => {
      this.#waitingEvents -= drafts.length;
      this.#recording.delete(recording);
    });
    this.#recording.add(recording);
    return recording;
  }

  async #record(organisation: string, drafts: readonly ReceivedDraft[]): Promise<Receipt> {
    const prepared = await this.#preparing.run(this.#prepare(organisation, drafts));
    return new Promise<Receipt>((resolve, reject) => {
      this.#queue.push({ organisation, prepared, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Events accepted and not yet on the disk. */
  get waitingEvents(): number {
    return this.#waitingEvents;
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
        if (issues.length >= 20) break;
      }
    }
    const first = issues[0];
    if (first === undefined) return prepared;
    const place = `event ${first.index}${first.field === '' ? '' : `, ${first.field}`}`;
    throw new AnnalsError('invalid', `Cannot record: ${place} ${first.message}`, { issues });
  }

  async #run(): Promise<void> {
    // A turn of the event loop first: requests that arrived together share a commit.
    await new Promise(setImmediate);
    while (this.#queue.length + this.#retries.length + this.#appending.size > 0) {
      if (this.#retries.length > 0) await this.#retry();
      else if (this.#mayStartAppend()) this.#startAppend(await this.#sequence(this.#takeGroup()));
      else await Promise.race(this.#appending);
    }
    this.#running = undefined;
  }

  #mayStartAppend(): boolean {
    if (this.#appending.size === 0) return true;
    const waiting = this.#queue.reduce((sum, { prepared }) => sum + prepared.length, 0);
    return this.#appending.size === 1 && waiting >= overlapEvents;
  }

  /** The next requests in order, as many as one transaction should have, at least one. */
  #takeGroup(): RecordRequest[] {
    let events = 0;
    const end = this.#queue.findIndex((request, place) => {
      events += request.prepared.length;
      return place > 0 && events > maxGroupEvents;
    });
    return this.#queue.splice(0, end < 0 ? this.#queue.length : end);
  }

  /** Hands a group to the store without waiting, and sees to it that every request hears of the outcome. */
  #startAppend(group: Group): void {
    const flight = this.#append(group).then((refused) => {
      this.#appending.delete(flight);
      this.#retries.push(...refused);
    });
    this.#appending.add(flight);
  }

  /** Looks up what the store knew and we did not, then tries the refused requests again, alone. */
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
          `Cannot record for ${organisation}: another writer keeps moving the end of the log`,
          { retryAfterSeconds: 1 },
        ),
      );
    }
  }

  async #lookUp(requests: readonly RecordRequest[]): Promise<Map<string, ExistingEvents>> {
    const ids = new Map<string, Set<string>>();
    for (const { organisation, prepared } of requests) {
      this.#logStates.delete(organisation);
      const wanted = ids.get(organisation) ?? new Set();
      ids.set(organisation, wanted);
      for (const { hasOwnID, eventID } of prepared) if (hasOwnID) wanted.add(eventID);
    }
    const known = new Map<string, ExistingEvents>();
    for (const [organisation, wanted] of ids) {
      known.set(organisation, await this.#options.store.findExisting(organisation, [...wanted]));
    }
    return known;
  }

  /** Gives every event of the group its place. Requests that contradict the log are refused here and now. */
  async #sequence(
    requests: readonly RecordRequest[],
    known?: Map<string, ExistingEvents>,
  ): Promise<Group> {
    const events = columnsFor(requests);
    const sequenced: SequencedRequest[] = [];
    const appends: Append[] = [];
    for (const [organisation, theirs] of Map.groupBy(requests, (request) => request.organisation)) {
      try {
        const edge = await this.#logState(organisation);
        const ofLog = known?.get(organisation);
        const addition = new AppendBuilder(organisation, edge, ofLog, events, this.#options);
        sequenced.push(...(await this.#add(theirs, addition)));
        this.#logStates.set(organisation, addition.edge);
        appends.push(...addition.build());
      } catch (error) {
        for (const { reject } of theirs) reject(error);
      }
    }
    return { sequenced, appends };
  }

  async #add(
    requests: readonly RecordRequest[],
    addition: AppendBuilder,
  ): Promise<SequencedRequest[]> {
    const placed: SequencedRequest[] = [];
    for (const request of requests) {
      try {
        placed.push({
          request,
          receipt: await this.#sequencing.run(addition.add(request.prepared)),
        });
      } catch (error) {
        request.reject(error);
      }
    }
    return placed;
  }

  async #logState(organisation: string): Promise<LogState> {
    const edge = this.#logStates.get(organisation);
    if (edge !== undefined) return edge;
    const { size, frontier, recordedAt } = await this.#options.store.head(organisation);
    return { frontier: Frontier.fromBytes(size, frontier), recordedAt };
  }

  /** Gives the requests that must be tried again, because the store knew better about a head or an id. */
  async #append({ appends, sequenced }: Group): Promise<readonly RecordRequest[]> {
    try {
      if (appends.length > 0) await this.#options.store.append(appends);
      for (const { organisation } of appends) this.#options.onGrown?.(organisation);
      for (const { request, receipt } of sequenced) request.resolve(receipt);
      return [];
    } catch (error) {
      for (const { organisation } of appends) this.#logStates.delete(organisation);
      if (error instanceof AnnalsError && error.code === 'conflict') {
        return sequenced.map(({ request }) => request);
      }
      for (const { request } of sequenced) request.reject(error);
      return [];
    }
  }
}

/** Columns with room for their events. */
function columnsFor(requests: readonly RecordRequest[]): EventColumns {
  let [events, bytes] = [0, 0];
  for (const { prepared } of requests) {
    events += prepared.length;
    // What is filled into gaps takes 64 bytes at most.
    for (const { texts } of prepared) bytes += texts.body.end + 64;
  }
  return new EventColumns(events, bytes);
}
