import { statSync } from 'node:fs';
import { messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Settings } from '../../server/settings.ts';
import type { CliContext } from '../cli-context.ts';

/** What a check found: it is in order, it may become a problem, or it is one. */
export type FindingStatus = 'ok' | 'warning' | 'problem';

export interface Finding {
  /** What was looked at, in one word. */
  readonly check: string;
  readonly status: FindingStatus;
  /** A sentence without its full stop. */
  readonly message: string;
  /** What somebody can do about it: a sentence without its full stop. */
  readonly help?: string;
}

/** The server that is looked at, whether it runs or not. */
export interface Subject {
  readonly settings: Settings;
  /** The data directory, as an absolute path. */
  readonly data: string;
  readonly context: CliContext;
  /** The difference of the clock of somebody else to ours, as far as a response shows it. */
  readonly clocks: ComparedClock[];
}

export interface ComparedClock {
  readonly of: string;
  /** How far that clock is ahead of ours. */
  readonly ahead: Micros;
  /** How much of that may be due to the way that the time was asked for. */
  readonly error: Micros;
}

/** Looks at one thing, and changes nothing. What it throws is reported as a problem. */
export type DoctorCheck = (subject: Subject) => AsyncIterable<Finding> | Iterable<Finding>;

/** Makes findings of one check. */
export function findingsOf(check: string) {
  return {
    ok: (message: string): Finding => ({ check, status: 'ok', message }),
    warning: (message: string, help: string): Finding => ({
      check,
      status: 'warning',
      message,
      help,
    }),
    problem: (message: string, help: string): Finding => ({
      check,
      status: 'problem',
      message,
      help,
    }),
  };
}

/** Whether there is such a file. Throws when that cannot be seen: a file that is hidden is not one that is missing. */
export const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;

/** Reads a file; what goes wrong names the file, which SQLite's own errors do not. */
export function reading<T>(file: string, read: (file: string) => T): T {
  try {
    return read(file);
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** `0750` */
export const modeText = (mode: number) => (mode & 0o7777).toString(8).padStart(4, '0');

/** `1.5 GB` */
export function bytesText(bytes: number): string {
  for (const [unit, name] of [
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
  ] as const) {
    if (bytes >= unit) return `${(bytes / unit).toFixed(bytes < 10 * unit ? 1 : 0)} ${name}`;
  }
  return `${bytes} bytes`;
}
