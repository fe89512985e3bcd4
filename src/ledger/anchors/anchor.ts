/** A place outside of this server where checkpoints are laid down, so that its operator cannot take them back. */
export interface Anchor {
  /** What to call it in logs and counts, without anything secret. */
  readonly name: string;
  /** Resolves once the place has the checkpoint; it may be given the same one again. Rejects when it has not. */
  push(message: string, signal: AbortSignal): Promise<void>;
}
