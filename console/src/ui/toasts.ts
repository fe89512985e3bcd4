/** Short messages in a corner. A store outside React, so that what happens outside of it can say something too. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isFailure: boolean;
}

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

export function subscribeToToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentToasts(): readonly Toast[] {
  return toasts;
}

export function dismissToast(id: number): void {
  set(toasts.filter((one) => one.id !== id));
}

/** Says that something is done, for a few seconds. */
export function showDone(text: string): void {
  const id = add(text, false);
  setTimeout(() => dismissToast(id), 6_000);
}

/** Says that an action failed, until it is dismissed. @param action such as "Cannot revoke the key" */
export function showFailure(action: string, error: unknown): void {
  add(`${action}: ${error instanceof Error ? error.message : String(error)}`, true);
}

function add(text: string, isFailure: boolean): number {
  lastId += 1;
  set([...toasts.filter((one) => one.text !== text), { id: lastId, text, isFailure }]);
  return lastId;
}

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}
