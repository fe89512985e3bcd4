import { millisecond } from '../core/micros.ts';
import type { CliContext } from './cli-context.ts';
import { formatCount } from './export-progress.ts';
import { clearLine, printable, type TerminalWritable } from './terminal-text.ts';

/** One line with a count on a terminal; nothing elsewhere. */
export interface VerifyProgress {
  show(file: string, events: number): void;
  /** Clears the line. */
  end(): void;
}

export function openVerifyProgress({ stderr, clock }: CliContext, quiet: boolean): VerifyProgress {
  const { isTTY, columns = 80 } = stderr as TerminalWritable;
  if (quiet || isTTY !== true) return { show() {}, end() {} };
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show(file, events) {
      const now = clock();
      if (now - shownAt < 100 * millisecond) return;
      shownAt = now;
      const line = `${formatCount(events)} events of ${printable(file)}`;
      stderr.write(clearLine);
      stderr.write(line.slice(0, columns - 1));
    },
    end: () => void stderr.write(clearLine),
  };
}
