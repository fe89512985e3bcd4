import { AnnalsError } from '../../core/errors.ts';
import { eachMember, textOf } from '../../core/json/members.ts';

/** What a proof needs to know about an exported event, as the event says it. Nothing of it is trusted here. */
export interface EventHeader {
  readonly eventID: string | undefined;
  readonly sequence: number | undefined;
  readonly createdAt: string | undefined;
}

/** Collects these facts from the members of an event, for a caller that walks over them anyway. */
export class EventHeaderCollector implements EventHeader {
  readonly #text: string;
  eventID: string | undefined;
  sequence: number | undefined;
  createdAt: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** When a key comes twice the last one counts, as it does for `JSON.parse`. */
  addMember(key: string, start: number, end: number): void {
    if (key === 'sequence') this.sequence = wholeNumber(this.#text.slice(start, end));
    else if (key === 'eventID') this.eventID = this.#textAt(start, end);
    else if (key === 'createdAt') this.createdAt = this.#textAt(start, end);
  }

  #textAt(start: number, end: number): string | undefined {
    return this.#text[start] === '"' ? textOf(this.#text.slice(start, end)) : undefined;
  }
}

function wholeNumber(text: string): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The sequence of an event that a server sent. Throws `corrupt` when it has none. */
export function readSequence(text: string, eventID: string): number {
  const facts = new EventHeaderCollector(text);
  eachMember(text, (key, start, end) => {
    facts.addMember(key, start, end);
    return facts.sequence !== undefined;
  });
  if (facts.sequence !== undefined) return facts.sequence;
  throw new AnnalsError('corrupt', `Cannot prove the event ${eventID}: it has no sequence`);
}
