import type { AnnalsError } from '../../core/errors.ts';
import type { DroppedLogs } from '../dropped-logs.ts';
import { emptyHead } from '../empty-head.ts';
import type { Head } from '../event-store.ts';
import { Watchers } from '../watchers.ts';
import type { LogEnd } from './active/commit-log-reader.ts';

/** A log as the main thread knows it: its number in the files, and its head. */
export interface Log {
  readonly number: number;
  readonly head: Head;
}

/** The logs of a store by organisation, until the store is closed. */
export class Logs {
  readonly dropped: DroppedLogs;
  readonly watchers = new Watchers();
  readonly #logs: Map<string, Log>;
  #closedReason: AnnalsError | undefined;

  constructor(logs: readonly LogEnd[], dropped: DroppedLogs) {
    this.#logs = new Map(logs.map((log) => [log.organisation, log]));
    this.dropped = dropped;
  }

  /** Undefined when the organisation has no events. */
  of(organisation: string): Log | undefined {
    this.checkOpen();
    return this.#logs.get(organisation);
  }

  /** A log gets its number with its first events. */
  begin(organisation: string, number: number): void {
    this.#logs.set(organisation, { number, head: emptyHead });
  }

  /** Notes the head of a log after an append. */
  advance(organisation: string, head: Head): void {
    const { number } = this.#logs.get(organisation)!;
    const { size, recordedAt } = head;
    // Copies: a hash may be a few bytes of a large buffer that Node shares out, and would keep all of it.
    const [root, frontier] = [new Uint8Array(head.root), new Uint8Array(head.frontier)];
    this.#logs.set(organisation, { number, head: { size, root, frontier, recordedAt } });
    this.watchers.notify(organisation);
  }

  /** From now on every call throws the first reason that was given. */
  close(reason: AnnalsError): void {
    this.#closedReason ??= reason;
    this.watchers.notifyAll();
  }

  checkOpen(): void {
    if (this.#closedReason !== undefined) throw this.#closedReason;
  }
}
