import { AnnalsError } from '../../core/errors.ts';
import { eachMember, textOf } from '../../core/json-members.ts';

/** What a proof has to know of an exported event, as the event says it; none of it is believed here. */
export interface EventFacts {
  readonly eventID: string | undefined;
  readonly sequence: number | undefined;
  readonly createdAt: string | undefined;
}

/** Looks into the text of an event without parsing it. Throws `corrupt` where it is no object. */
export function readFacts(text: string): EventFacts {
  let eventID: string | undefined;
  let sequence: number | undefined;
  let createdAt: string | undefined;
  eachMember(text, (key, start, end) => {
    if (key === 'sequence') sequence = wholeNumber(text.slice(start, end));
    else if (key === 'eventID' && text[start] === '"') eventID = textOf(text.slice(start, end));
    else if (key === 'createdAt' && text[start] === '"') createdAt = textOf(text.slice(start, end));
    return eventID !== undefined && sequence !== undefined && createdAt !== undefined;
  });
  return { eventID, sequence, createdAt };
}

function wholeNumber(text: string): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The sequence of an event that a server sent. Throws `corrupt` when it has none. */
export function sequenceOf(text: string, eventID: string): number {
  const { sequence } = readFacts(text);
  if (sequence !== undefined) return sequence;
  throw new AnnalsError('corrupt', `Cannot prove the event ${eventID}: it has no sequence`);
}
