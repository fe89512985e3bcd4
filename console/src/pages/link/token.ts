/** The secret of a link. It is here and nowhere else from the moment that it has left the address. */
let kept: string | undefined;

export function keepToken(token: string): void {
  kept = token;
}

export function keptToken(): string | undefined {
  return kept;
}

/** It was used, and would open nothing again. */
export function forgetToken(): void {
  kept = undefined;
}
