import type { Writable } from 'node:stream';
import { type Clock, formatInstant, type Micros, second } from '../core/micros.ts';
import type { ExportProgress } from '../export/progress.ts';
import { formatCount, formatDuration } from './quantities.ts';
import { openStatusLine, type StatusLine } from './status-line.ts';

/** Shows the progress of an export. */
export interface ProgressView extends Pick<StatusLine, 'isLive' | 'note' | 'end'> {
  show(progress: ExportProgress): void;
}

export function openProgress(stderr: Writable, clock: Clock, quiet: boolean): ProgressView {
  const line = openStatusLine(stderr, clock, quiet);
  const startedAt = clock();
  let phase: ExportProgress['phase'] = 'reading';
  let phaseBeganAt = startedAt;
  return {
    isLive: line.isLive,
    show(progress) {
      if (progress.phase !== phase) [phase, phaseBeganAt] = [progress.phase, clock()];
      line.show(() => progressLine(progress, clock() - phaseBeganAt));
    },
    note: line.note,
    end: line.end,
  };
}

const barWidth = 20;

/**
 * `[########            ] 41%  123,456 of 301,000 read  12,345/s  0:12 left  audit-logs-2026-06-01.json`, by what is
 * done; where nobody knows how much there is, `123,456 read  12,345/s  up to 2026-06-14T08:00:00Z`.
 */
function progressLine(progress: ExportProgress, elapsed: Micros): string {
  const { phase, done, total, entries, reached, file } = progress;
  const verb = phase === 'reading' ? 'read' : 'written';
  const rate = elapsed > 0 ? done / (elapsed / second) : 0;
  const parts: string[] = [];
  if (total !== undefined && total.expected > 0) {
    const share = total.done / total.expected;
    const bar = '#'.repeat(Math.floor(share * barWidth)).padEnd(barWidth);
    parts.push(`[${bar}] ${String(Math.floor(share * 100)).padStart(2)}%`);
    parts.push(`${formatCount(total.done)} of ${formatCount(total.expected)} ${verb}`);
  } else {
    parts.push(`${formatCount(done)} ${verb}`);
  }
  // Of a list of everything, only what is in the window and matches is exported.
  if (entries !== done) parts.push(`${formatCount(entries)} entries`);
  if (rate > 0) parts.push(`${formatCount(Math.round(rate))}/s`);
  if (total !== undefined && rate > 0) {
    parts.push(`${formatDuration((total.expected - total.done) / rate)} left`);
  } else if (reached !== undefined) {
    parts.push(`up to ${formatInstant(reached).slice(0, 19)}Z`);
  }
  if (file !== undefined) parts.push(file);
  return parts.join('  ');
}
