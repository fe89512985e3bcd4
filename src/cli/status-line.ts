import type { Writable } from 'node:stream';
import { type Clock, type Micros, millisecond, second } from '../core/micros.ts';
import { clearLines, columnsOf, printable, type TerminalWritable } from './terminal-text.ts';
import { cutToWidth } from './text-width.ts';

/** What a command is doing: on a terminal one line that changes, elsewhere a line now and then, nothing when quiet. */
export interface StatusLine {
  /** Whether somebody watches it change. */
  readonly isLive: boolean;
  /** Called often; `text` is called when it is time to show something. */
  show(text: () => string): void;
  /** Prints a sentence on a line of its own, such as why the command waits. */
  note(text: string): void;
  /** Clears an unfinished line. */
  end(): void;
}

const livePause: Micros = 100 * millisecond;
const pauseElsewhere: Micros = 30 * second;

/** In columns, never too few: what knows the width of other characters takes long to load. */
const mostColumns = (text: string): number => text.replace(/[^\x20-\x7e]/gu, 'xx').length;

export function openStatusLine(stderr: Writable, clock: Clock, quiet: boolean): StatusLine {
  if (quiet) return { isLive: false, show() {}, note() {}, end() {} };
  const terminal = stderr as TerminalWritable;
  const isLive = terminal.isTTY === true;
  const pause = isLive ? livePause : pauseElsewhere;
  let shownAt = isLive ? Number.NEGATIVE_INFINITY : clock();
  /** The columns that the open line takes. */
  let open = 0;
  const clear = () => {
    // A terminal that became narrower since has wrapped the line.
    if (open > 0) stderr.write(clearLines(Math.ceil(open / (columnsOf(terminal) ?? open))));
    open = 0;
  };
  return {
    isLive,
    show(text) {
      const now = clock();
      if (now - shownAt < pause) return;
      shownAt = now;
      const columns = columnsOf(terminal);
      if (columns === undefined) {
        stderr.write(`${text()}\n`);
        return;
      }
      const line = cutToWidth(printable(text()), columns - 1, mostColumns);
      clear();
      stderr.write(line);
      open = mostColumns(line);
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    end: clear,
  };
}
