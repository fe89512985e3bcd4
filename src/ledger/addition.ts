import { AnnalsError } from '../core/errors.ts';
import type { Slices } from '../core/long-work.ts';
import type { Clock, Micros } from '../core/micros.ts';
import type { Frontier, TreeNode } from '../integrity/frontier.ts';
import type { Append, SealedEvent, StoredEvent } from '../store/event-store.ts';
import type { Receipt } from './ledger.ts';
import type { PreparedDraft, Sealing } from './sealing.ts';

/** Where a log ends: its tree, which knows the size, and when its last event was recorded. */
export interface Edge {
  readonly frontier: Frontier;
  readonly recordedAt: Micros;
}

/** Events by id that a repeated draft is compared with. */
export type Known = ReadonlyMap<string, StoredEvent>;

interface AdditionOptions {
  readonly sealing: Sealing;
  readonly clock: Clock;
}

/** What one group adds to one log, built up request by request. The edge it began at is left as it was. */
export class Addition {
  readonly organisation: string;
  readonly #options: AdditionOptions;
  readonly #known: Map<string, StoredEvent>;
  readonly #expectedSize: number;
  readonly #frontier: Frontier;
  readonly #events: SealedEvent[] = [];
  readonly #nodes: TreeNode[] = [];
  #recordedAt: Micros;

  constructor(
    organisation: string,
    edge: Edge,
    known: Known | undefined,
    options: AdditionOptions,
  ) {
    this.organisation = organisation;
    this.#options = options;
    this.#known = new Map(known);
    this.#frontier = edge.frontier.clone();
    this.#expectedSize = edge.frontier.size;
    this.#recordedAt = edge.recordedAt;
  }

  /** Adds all drafts of a request or, when it throws `conflict`, none of them. One after the other. */
  *add(prepared: readonly PreparedDraft[]): Slices<Receipt> {
    const { clock, sealing } = this.#options;
    const fresh: SealedEvent[] = [];
    const freshIDs = new Map<string, SealedEvent>();
    let recordedAt = this.#recordedAt;
    let first = Number.POSITIVE_INFINITY;
    let last = -1;
    for (const [index, draft] of prepared.entries()) {
      yield;
      let event = this.#known.get(draft.eventID) ?? freshIDs.get(draft.eventID);
      if (event === undefined) {
        recordedAt = Math.max(clock(), recordedAt + 1);
        const sealed = sealing.seal(draft, this.#frontier.size + fresh.length, recordedAt);
        fresh.push(sealed);
        freshIDs.set(draft.eventID, sealed);
        event = sealed;
      } else if (!sealing.isSame(this.organisation, draft, event)) {
        throw taken(draft.eventID, index);
      }
      first = Math.min(first, event.sequence);
      last = Math.max(last, event.sequence);
    }
    this.#recordedAt = recordedAt;
    this.#events.push(...fresh);
    for (const event of fresh) this.#known.set(event.eventID, event);
    this.#nodes.push(...this.#frontier.append(fresh.map(({ leafHash }) => leafHash)));
    return {
      accepted: fresh.length,
      duplicates: prepared.length - fresh.length,
      firstSequence: first,
      lastSequence: last,
      checkpointSize: this.#frontier.size,
    };
  }

  /** Where the log ends with this addition. */
  get edge(): Edge {
    return { frontier: this.#frontier, recordedAt: this.#recordedAt };
  }

  /** What the store is asked for: nothing when every draft was a repetition. */
  append(): Append[] {
    if (this.#events.length === 0) return [];
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
        events: this.#events,
        head,
        nodes: this.#nodes,
      },
    ];
  }
}

function taken(eventID: string, index: number): AnnalsError {
  const message = `the id ${eventID} is taken by an event with other content`;
  return new AnnalsError('conflict', `Cannot record: event ${index}, eventID: ${message}`, {
    issues: [{ index, field: 'eventID', message }],
  });
}
