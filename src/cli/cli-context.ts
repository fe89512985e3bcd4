import type { Readable, Writable } from 'node:stream';
import type { ClientTls } from '../client/http-send.ts';
import type { Clock } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';

/**
 * Everything outside a command. `main.ts` takes it from the process, a test creates its own. A command uses nothing else
 * of the process.
 */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  /** Data and nothing else. */
  readonly stdout: Writable;
  /** Progress, notes and errors. */
  readonly stderr: Writable;
  readonly clock: Clock;
  /** Where the user is: an IANA name. UTC when absent. */
  readonly timeZone?: string;
  readonly random: Random;
  /** Used in place of the network. When absent, requests go out over node:http. */
  readonly fetch?: typeof globalThis.fetch;
  /** Of `--ca-file` and `--client-cert`. `run` reads them before the command begins. */
  readonly tls?: ClientTls;
  /** Used in place of waiting. When absent, timers are used. Rejects when the signal is aborted. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Aborted when the user wants the command to stop (Ctrl-C, SIGTERM). */
  readonly signal: AbortSignal;
  /** Calls a listener each time the process is told to read its files again (SIGHUP). */
  readonly onHangup?: (listener: () => void) => void;
  readonly cwd: string;
  readonly home: string;
}

/**
 * A command throws it to end with a code other than 0. `main.ts` sets the exit code, and prints the message, if there is
 * one, to stderr.
 */
export class Exit extends Error {
  override readonly name = 'Exit';
  readonly code: ExitCode;

  constructor(code: ExitCode, message = '', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The exit codes, the same for all commands. */
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
