import { formatInstant, type Micros } from '../core/micros.ts';
import type { RecorderDraft } from './fit-draft.ts';

/** Why an event did not reach the log. */
export type LossReason =
  | 'queue-full' // more was waiting than the queue may hold
  | 'unrecordable' // the draft cannot become an event
  | 'refused' // the server will never accept it
  | 'closed'; // recorded after closing, or still waiting when the time for closing was up

/** What was lost since the last report. */
export interface Losses {
  readonly reasons: Readonly<Partial<Record<LossReason, number>>>;
  /** When the application recorded the first and the last of them. */
  readonly from: Micros;
  readonly to: Micros;
}

/** Counts what is lost, and what of it no event has reported yet. */
export class LossCounter {
  #unreported: Losses | undefined;
  #all: Losses | undefined;
  #isPaused = false;

  /** Returns true when this is the first loss since the last report. */
  add(reason: LossReason, at: Micros): boolean {
    const isFirst = this.#unreported === undefined;
    const loss = { reasons: { [reason]: 1 }, from: at, to: at };
    this.#unreported = addLosses(this.#unreported, loss);
    this.#all = addLosses(this.#all, loss);
    return isFirst;
  }

  /** What to report now, if anything. */
  get unreported(): Losses | undefined {
    return this.#isPaused ? undefined : this.#unreported;
  }

  /** An event that reports everything so far is in the outbox. */
  markReported(): void {
    this.#unreported = undefined;
  }

  /** That event was rejected. A server that rejects even this gets no further report before `resume`. */
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

/** The event that reports losses, so that a gap in the trail is itself in the trail. */
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
