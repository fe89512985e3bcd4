import { createHash } from 'node:crypto';
import { type Micros, millisecond } from '../../core/micros.ts';
import type { Random } from '../../core/uuid.ts';

/** The vendor's pattern of a ULID (wire: UpCloud 1). */
export const ulidPattern = /^[0-9A-HJKMNP-TV-Z]{26}$/;

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeDigits = 10;
const sequenceDigits = 8;
const checkDigits = 8;

export interface EventIdentity {
  readonly organisation: string;
  readonly eventID: string;
  readonly sequence: number;
  readonly createdAt: Micros;
}

/**
 * The ULID under which an event is shown: its own id if that is a ULID, as with events that came from UpCloud. For any
 * other it is computed: 48 bits of milliseconds of `createdAt`, 40 bits of sequence, by which the event is found again,
 * and 40 bits of SHA-256 over organisation and id, so that a ULID of one organisation finds nothing in another's log.
 */
export function ulidOf({ organisation, eventID, sequence, createdAt }: EventIdentity): string {
  if (ulidPattern.test(eventID)) return eventID;
  const check = createHash('sha256').update(`${organisation}\n${eventID}`).digest();
  return (
    timeText(createdAt) +
    base32(sequence, sequenceDigits) +
    base32(check.readUIntBE(0, 5), checkDigits)
  );
}

/** The sequence in a ULID that we computed. It is meaningless in another, so compare the ULID of the event found. */
export function sequenceFromUlid(ulid: string): number {
  let sequence = 0;
  for (const digit of ulid.slice(timeDigits, timeDigits + sequenceDigits)) {
    sequence = sequence * 32 + digits.indexOf(digit);
  }
  return sequence;
}

/** A new ULID, for something that happens now. */
export function newUlid(now: Micros, random: Random): string {
  const bytes = new Uint8Array(sequenceDigits + checkDigits);
  random(bytes);
  return timeText(now) + Array.from(bytes, (byte) => digits[byte % 32]).join('');
}

/** A time before 1970 becomes the beginning of 1970: there is no digit for it. */
function timeText(micros: Micros): string {
  return base32(Math.max(0, Math.floor(micros / millisecond)), timeDigits);
}

/** A number of up to 53 bits in as many digits. */
function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = digits[rest % 32] + text;
  }
  return text;
}
