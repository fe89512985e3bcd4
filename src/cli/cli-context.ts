import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';

/**
 * The world as a command sees it. `main.ts` takes it from the process, a test makes its own; no command reaches
 * past it.
 */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  /** Data and nothing else. */
  readonly stdout: Writable;
  /** Progress, notes and what went wrong. */
  readonly stderr: Writable;
  readonly clock: Clock;
  readonly random: Random;
  /** In place of the network; absent, requests go out over node:http. */
  readonly fetch?: typeof globalThis.fetch;
  /** In place of waiting, in milliseconds; absent, timers are used. Rejects when the signal is aborted. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Aborted when the user wants the command to stop (Ctrl-C, SIGTERM). */
  readonly signal: AbortSignal;
  readonly cwd: string;
  readonly home: string;
}

/**
 * How a command leaves with a code other than 0: thrown out of its action, turned into the process's exit code by
 * `main.ts`, which prints the message (if there is one) to stderr.
 */
export class Exit extends Error {
  override readonly name = 'Exit';
  readonly code: ExitCode;

  constructor(code: ExitCode, message = '', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What the exit codes mean; the same for all commands. */
export const exitCodes = {
  complete: 0,
  failed: 1,
  usage: 2,
  /** Not everything was done; the same command with `--resume` continues. */
  incomplete: 3,
  notAllowed: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
