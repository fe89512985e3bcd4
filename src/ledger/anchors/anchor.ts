/** Something outside of this server that keeps checkpoints, so that its operator cannot take them back. */
export interface Anchor {
  /** What logs and counts call it, without anything secret. */
  readonly name: string;
  /** Resolves once the anchor has the checkpoint, which it may get twice. Rejects when it has not. */
  push(message: string, signal: AbortSignal): Promise<void>;
}
