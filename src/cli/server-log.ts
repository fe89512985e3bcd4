import type { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import type { Settings } from '../server/settings.ts';
import type { CliContext } from './cli-context.ts';
import { type Style, showsStyles, type TerminalWritable, writeStyled } from './terminal-text.ts';

/**
 * The log of a server: lines for people on a terminal, JSON for programs elsewhere, unless the settings say which.
 * JSON has the names of levels, and times in UTC (RFC 3339).
 */
export function createServerLog(
  { stderr, env }: Pick<CliContext, 'stderr' | 'env'>,
  { logLevel, logFormat }: Pick<Settings, 'logLevel' | 'logFormat'>,
): Logger {
  const isText =
    logFormat === 'auto' ? (stderr as TerminalWritable).isTTY === true : logFormat === 'text';
  const options = {
    level: logLevel,
    formatters: { level: (level: string) => ({ level }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (!isText) return pino(options, stderr);
  const styles = showsStyles(stderr, env);
  return pino(options, { write: (line) => writeText(stderr, JSON.parse(line), styles) });
}

interface LogEntry {
  readonly level: string;
  /** `2026-11-30T18:05:09.123Z` */
  readonly time: string;
  readonly pid: number;
  readonly hostname: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly [field: string]: unknown;
}

const levelStyles: Readonly<Record<string, Style>> = {
  fatal: 'bad',
  error: 'bad',
  warn: 'warning',
  info: 'good',
  debug: 'minor',
  trace: 'minor',
};

/**
 * `2026-11-30T18:05:09Z warn  a key was denied  key=4fTq81LmW0aZ reason=revoked`. Of an error the stack follows: it is a
 * fault, or something that nobody expected.
 */
function writeText(stderr: Writable, entry: LogEntry, styles: boolean): void {
  // Whose process it is, is known where somebody looks at its terminal.
  const { level, time, pid: _, hostname: __, msg = '', err, ...fields } = entry;
  const show = (text: string, style: Style | undefined) =>
    writeStyled(stderr, text, styles ? style : undefined);
  show(time.replace(/\.\d+Z$/, 'Z'), 'minor');
  stderr.write(' ');
  show(level.padEnd(5), levelStyles[level]);
  stderr.write(` ${msg}`);
  const texts = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  if (texts.length > 0) show(`  ${texts.join(' ')}`, 'minor');
  if (err !== undefined)
    show(`\n${err.stack ?? err.message ?? ''}`.replaceAll('\n', '\n    '), 'minor');
  stderr.write('\n');
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
