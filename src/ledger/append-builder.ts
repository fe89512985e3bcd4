import { AnnalsError } from '../core/errors.ts';
import type { Clock, Micros } from '../core/micros.ts';
import type { PausableWork } from '../core/pausable-work.ts';
import type { CompletedNode, Frontier } from '../integrity/frontier.ts';
import type { EventColumns } from '../store/event-columns.ts';
import type { Append, StoredEvent } from '../store/event-store.ts';
import type { Receipt } from './ledger.ts';
import type { PreparedDraft, Sequencer } from './sequencing.ts';

/** The end of a log: its tree, which has the size, and when the last event was recorded. */
export interface LogState {
  readonly frontier: Frontier;
  readonly recordedAt: Micros;
}

/** Events of the log by id, to compare repeated drafts with. */
export type ExistingEvents = ReadonlyMap<string, StoredEvent>;

interface AppendBuilderOptions {
  readonly sequencer: Sequencer;
  readonly clock: Clock;
}

/** Builds what one group appends to one log, request by request. It does not change the `LogState` that it starts from. */
export class AppendBuilder {
  readonly organisation: string;
  readonly #options: AppendBuilderOptions;
  readonly #known: ExistingEvents | undefined;
  readonly #expectedSize: number;
  readonly #frontier: Frontier;
  readonly #events: EventColumns;
  readonly #first: number;
  /** Indexes of the events of this append by id. */
  readonly #indexById = new Map<string, number>();
  readonly #nodes: CompletedNode[] = [];
  #recordedAt: Micros;

  /** Adds its events to the end of `events`. Nothing else may be added there before it is complete. */
  constructor(
    organisation: string,
    logState: LogState,
    known: ExistingEvents | undefined,
    events: EventColumns,
    options: AppendBuilderOptions,
  ) {
    this.organisation = organisation;
    this.#options = options;
    this.#known = known;
    this.#frontier = logState.frontier.clone();
    this.#expectedSize = logState.frontier.size;
    this.#events = events;
    this.#first = events.length;
    this.#recordedAt = logState.recordedAt;
  }

  /** Adds all drafts of a request in order; none of them when it throws `conflict`. */
  *add(prepared: readonly PreparedDraft[]): PausableWork<Receipt> {
    const before = this.#events.length;
    try {
      return yield* this.#add(prepared);
    } catch (error) {
      this.#undo(before);
      throw error;
    }
  }

  *#add(prepared: readonly PreparedDraft[]): PausableWork<Receipt> {
    const { clock, sequencer } = this.#options;
    const events = this.#events;
    const before = events.length;
    const size = this.#frontier.size;
    let recordedAt = this.#recordedAt;
    let first = Number.POSITIVE_INFINITY;
    let last = -1;
    for (const [index, draft] of prepared.entries()) {
      yield;
      const known = this.#find(draft.eventID);
      let sequence = size + events.length - before;
      if (known === undefined) {
        recordedAt = Math.max(clock(), recordedAt + 1);
        this.#indexById.set(draft.eventID, events.length);
        sequencer.sequence(draft, sequence, recordedAt, events);
      } else {
        sequence = known.sequence;
        if (!sequencer.isSame(this.organisation, draft, known))
          throw idConflict(draft.eventID, index);
      }
      first = Math.min(first, sequence);
      last = Math.max(last, sequence);
    }
    this.#recordedAt = recordedAt;
    const accepted = events.length - before;
    this.#nodes.push(...this.#frontier.append(events.rangeFrom(before).leafHashes()));
    return {
      accepted,
      duplicates: prepared.length - accepted,
      firstSequence: first,
      lastSequence: last,
      checkpointSize: this.#frontier.size,
    };
  }

  /** The event with this id, if the log or this append has it. */
  #find(eventID: string): StoredEvent | undefined {
    const known = this.#known?.get(eventID);
    if (known !== undefined) return known;
    const index = this.#indexById.get(eventID);
    return index === undefined ? undefined : this.#events.event(index);
  }

  #undo(length: number): void {
    for (let index = length; index < this.#events.length; index += 1) {
      this.#indexById.delete(this.#events.eventIDs[index]!);
    }
    this.#events.truncate(length);
  }

  /** The end of the log after this append. */
  get logState(): LogState {
    return { frontier: this.#frontier, recordedAt: this.#recordedAt };
  }

  /** The append for the store; none when every draft was a repetition. */
  build(): Append[] {
    const events = this.#events.rangeFrom(this.#first);
    if (events.length === 0) return [];
    const head = {
      size: this.#frontier.size,
      root: this.#frontier.root(),
      frontier: this.#frontier.toBytes(),
      recordedAt: this.#recordedAt,
    };
    return [
      {
        organisation: this.organisation,
        expectedSize: this.#expectedSize,
        events,
        head,
        nodes: this.#nodes,
      },
    ];
  }
}

function idConflict(eventID: string, index: number): AnnalsError {
  const message = `the id ${eventID} is taken by an event with other content`;
  return new AnnalsError('conflict', `Cannot record: event ${index}, eventID: ${message}`, {
    issues: [{ index, field: 'eventID', message }],
  });
}
