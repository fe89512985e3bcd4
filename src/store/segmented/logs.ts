import type { AnnalsError } from '../../core/errors.ts';
import type { DroppedLogs } from '../dropped-logs.ts';
import { emptyHead } from '../empty-head.ts';
import type { Head } from '../event-store.ts';
import type { LogEnd } from './active/commit-log-reader.ts';

/** A log as the main thread knows it: its number in the files, and its end. */
export interface Log {
  readonly number: number;
  readonly head: Head;
}

/** The logs of a store by organisation, for as long as it answers. */
export class Logs {
  readonly dropped: DroppedLogs;
  readonly #logs: Map<string, Log>;
  #closedReason: AnnalsError | undefined;

  constructor(logs: readonly LogEnd[], dropped: DroppedLogs) {
    this.#logs = new Map(logs.map((log) => [log.organisation, log]));
    this.dropped = dropped;
  }

  /** Undefined when nobody wrote for the organisation. */
  of(organisation: string): Log | undefined {
    this.checkOpen();
    return this.#logs.get(organisation);
  }

  /** A log gets its number with its first events. */
  begin(organisation: string, number: number): void {
    this.#logs.set(organisation, { number, head: emptyHead });
  }

  /** Where a log ends now that events were added. */
  advance(organisation: string, head: Head): void {
    const { number } = this.#logs.get(organisation)!;
    this.#logs.set(organisation, { number, head });
  }

  /** Nothing is answered any more, for the first reason that is given. */
  close(reason: AnnalsError): void {
    this.#closedReason ??= reason;
  }

  checkOpen(): void {
    if (this.#closedReason !== undefined) throw this.#closedReason;
  }
}
