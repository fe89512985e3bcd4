import type { Writable } from 'node:stream';
import { type Clock, type Micros, millisecond, second } from '../core/micros.ts';
import type { ExportProgress } from '../export/progress.ts';
import { clearLine, type TerminalWritable } from './terminal-text.ts';

/** Shows the progress of an export. */
export interface ProgressView {
  show(progress: ExportProgress): void;
  /** Prints a sentence on a line of its own, such as why the export waits. */
  note(text: string): void;
  /** Clears an unfinished line. */
  end(): void;
}

/** On a terminal one line that changes, elsewhere a line every few seconds, nothing when quiet. */
export function openProgress(stderr: Writable, clock: Clock, quiet: boolean): ProgressView {
  if (quiet) return { show() {}, note() {}, end() {} };
  const terminal = stderr as TerminalWritable;
  const startedAt = clock();
  const pause = terminal.isTTY === true ? 100 * millisecond : 5 * second;
  let shownAt = terminal.isTTY === true ? startedAt - pause : startedAt;
  let lineOpen = false;
  const clear = () => {
    if (lineOpen) stderr.write(clearLine);
    lineOpen = false;
  };
  return {
    show(progress) {
      const now = clock();
      if (now - shownAt < pause) return;
      shownAt = now;
      const line = progressLine(progress, now - startedAt);
      if (terminal.isTTY === true) {
        clear();
        // Some terminals that do not know their width report 0 columns.
        stderr.write(line.slice(0, (terminal.columns || 80) - 1));
        lineOpen = true;
      } else {
        stderr.write(`${line}\n`);
      }
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    end: clear,
  };
}

const barWidth = 20;

/** `[########            ] 41%  123,456 entries  12,345/s  0:12 left  audit-logs-2026-06-01.json` */
function progressLine(progress: ExportProgress, elapsed: Micros): string {
  const { phase, share, entries, received, expected, file } = progress;
  const seconds = elapsed / second;
  const parts: string[] = [];
  if (share !== undefined) {
    const filled = Math.floor(share * barWidth);
    const bar = '#'.repeat(filled).padEnd(barWidth);
    parts.push(`[${bar}] ${String(Math.floor(share * 100)).padStart(2)}%`);
  }
  parts.push(
    phase === 'reading' ? `${formatCount(entries)} entries` : `${formatCount(entries)} written`,
  );
  if (phase === 'reading') {
    if (expected !== undefined)
      parts.push(`${formatCount(received)} of ${formatCount(expected)} read`);
    if (seconds > 0) parts.push(`${formatCount(Math.round(received / seconds))}/s`);
    if (share !== undefined && share > 0.01) {
      parts.push(`${formatDuration((seconds / share) * (1 - share))} left`);
    }
  }
  if (file !== undefined) parts.push(file);
  return parts.join('  ');
}

export function formatCount(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `0:12`, `3:05`, `1:02:03` */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1_000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}
