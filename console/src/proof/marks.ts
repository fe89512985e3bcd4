import type { EventVerification } from './verify.ts';

/** What this browser has verified since the page was loaded, by the sequence of the event. */
export type Mark = 'unchecked' | 'checking' | 'verified' | 'failed';

const marks = new Map<number, Mark>();
const verifications = new Map<number, EventVerification>();
const listeners = new Set<() => void>();

export function markOf(sequence: number): Mark {
  return marks.get(sequence) ?? 'unchecked';
}

export function setMarks(sequences: Iterable<number>, mark: Mark): void {
  for (const sequence of sequences) marks.set(sequence, mark);
  tell();
}

/** The steps of the last verification of one event; undefined when there was none since the page was loaded. */
export function verificationOf(sequence: number): EventVerification | undefined {
  return verifications.get(sequence);
}

export function keepVerification(sequence: number, verification: EventVerification): void {
  const { verdict } = verification;
  verifications.set(sequence, verification);
  setMarks([sequence], verdict === 'unknown' ? 'unchecked' : verdict);
}

/** Somebody else signs in: what was verified was another trail. */
export function forgetMarks(): void {
  marks.clear();
  verifications.clear();
  tell();
}

export function subscribeToMarks(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
