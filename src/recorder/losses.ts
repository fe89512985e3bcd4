import { formatInstant, type Micros } from '../core/micros.ts';
import type { RecorderDraft } from './fit-draft.ts';

/** Why an event did not reach the log. */
export type LossReason =
  | 'queue-full' // more was waiting than the queue may hold
  | 'unrecordable' // no event can be made of it
  | 'refused' // the server will never accept it
  | 'closed'; // recorded after closing, or still waiting when the time for closing was up

/** What was lost since it was last told. */
export interface Losses {
  readonly reasons: Readonly<Partial<Record<LossReason, number>>>;
  /** When the first and the last of them were recorded by the application. */
  readonly from: Micros;
  readonly to: Micros;
}

/** Counts what is lost, and remembers what of it no event has told yet. */
export class LossCounter {
  #unreported: Losses | undefined;
  #all: Losses | undefined;
  #isPaused = false;

  /** Gives true when this is the first since the last were told. */
  add(reason: LossReason, at: Micros): boolean {
    const isFirst = this.#unreported === undefined;
    const loss = { reasons: { [reason]: 1 }, from: at, to: at };
    this.#unreported = addLosses(this.#unreported, loss);
    this.#all = addLosses(this.#all, loss);
    return isFirst;
  }

  /** What to tell now, if anything. */
  get unreported(): Losses | undefined {
    return this.#isPaused ? undefined : this.#unreported;
  }

  /** An event that tells everything so far is on its way. */
  markReported(): void {
    this.#unreported = undefined;
  }

  /** That event was refused: a server that refuses even this is not told again before `resume`. */
  restore(losses: Losses): void {
    this.#unreported = addLosses(this.#unreported, losses);
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  get lost(): number {
    return this.#all === undefined ? 0 : countLosses(this.#all);
  }

  get lostBy(): Losses['reasons'] {
    return { ...this.#all?.reasons };
  }
}

/** The event that tells of losses, so that a gap in the trail is itself in the trail. */
export function lossesDraft(losses: Losses): RecorderDraft {
  const count = countLosses(losses);
  const from = formatInstant(losses.from);
  const to = formatInstant(losses.to);
  return {
    action: 'recorder.dropped',
    resourceType: 'audit_log',
    outcome: 'failure',
    description: `${count === 1 ? '1 event was' : `${count} events were`} not recorded, from ${from} to ${to}`,
    details: { count, from, to, reasons: losses.reasons },
  };
}

function addLosses(some: Losses | undefined, more: Losses): Losses {
  if (some === undefined) return more;
  const reasons = { ...some.reasons };
  for (const [reason, count] of Object.entries(more.reasons) as [LossReason, number][]) {
    reasons[reason] = (reasons[reason] ?? 0) + count;
  }
  return { reasons, from: Math.min(some.from, more.from), to: Math.max(some.to, more.to) };
}

function countLosses(losses: Losses): number {
  return Object.values(losses.reasons).reduce((total, count) => total + count, 0);
}
