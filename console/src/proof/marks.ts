/** What this browser has verified since the page was loaded, by the sequence of the event. */
export type Mark = 'unchecked' | 'checking' | 'verified' | 'failed';

const marks = new Map<number, Mark>();
const listeners = new Set<() => void>();

export function markOf(sequence: number): Mark {
  return marks.get(sequence) ?? 'unchecked';
}

/** Somebody else signs in: what was verified was another trail. */
export function forgetMarks(): void {
  marks.clear();
  for (const listener of listeners) listener();
}

export function subscribeToMarks(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
