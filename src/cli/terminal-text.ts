import { Writable } from 'node:stream';

/**
 * What a terminal would obey or not show: control characters, and format characters (text direction, zero width), with
 * which a name can look like another one. Line separators of Unicode count as such.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text for a table or a line: what a terminal would obey or not show is replaced. */
export function printable(text: string): string {
  return text.replace(unseen, '\ufffd');
}

/** As a line of JSON that is safe on a terminal too. It says the same: such characters are escaped. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(unseen, escapeUnit)}\n`;
}

const escapeUnit = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');

/**
 * Clears the line of the cursor and those above it, so many in all. Like the sequences of styles it is written by itself,
 * as one piece.
 */
export const clearLines = (count: number): string =>
  `\r${count > 1 ? `\u001b[${count - 1}A` : ''}\u001b[J`;

const isClearing = (text: string): boolean =>
  text === clearLines(1 + Number(/\[(\d{1,4})A/.exec(text)?.[1] ?? 0));

/** What a style says: it failed, look at it, it is in order, a title, less important. */
const styles = { bad: 31, warning: 33, good: 32, title: 1, minor: 2 } as const;
export type Style = keyof typeof styles;

const begin = (style: Style) => `\u001b[${styles[style]}m`;
const endOfStyle = '\u001b[0m';

/** All other control sequences that commands write. */
const sequences: ReadonlySet<string> = new Set([
  endOfStyle,
  ...(Object.keys(styles) as Style[]).map(begin),
]);

export type TerminalWritable = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * Whether to show styles: on a terminal, unless `NO_COLOR` is set. `FORCE_COLOR` alone decides where it is set, as for
 * Node itself: a pager can show colours too.
 */
export function showsStyles(
  stream: TerminalWritable,
  { FORCE_COLOR, NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && !NO_COLOR && TERM !== 'dumb';
}

/** Writes a text that is printable, in this style if there is one. */
export function writeStyled(stream: Writable, text: string, style: Style | undefined): void {
  const pieces = style === undefined ? [text] : [begin(style), text, endOfStyle];
  for (const piece of pieces) stream.write(piece);
}

/** Prints `annals: …` on stderr: what failed, or what somebody should look at. */
export function complain(
  {
    stderr,
    env,
  }: { readonly stderr: Writable; readonly env: Readonly<Record<string, string | undefined>> },
  message: string,
  style: 'bad' | 'warning' = 'warning',
): void {
  if (!showsStyles(stderr, env)) stderr.write(`annals: ${message}\n`);
  else {
    writeStyled(stderr, 'annals:', style);
    stderr.write(` ${message}\n`);
  }
}

/** The columns of a terminal; undefined elsewhere. Some terminals that do not know their width report 0. */
export function columnsOf(stream: TerminalWritable): number | undefined {
  return stream.isTTY === true ? stream.columns || 80 : undefined;
}

/** The words of a line in lines of at most so many characters; a longer word has one of its own. */
export function wrapWords(line: string, width: number): string[] {
  const lines = [''];
  for (const word of line.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/**
 * A writable that shows whatever servers, files and producers put into messages, and lets none of it control the
 * terminal. What is written as one piece must be whole characters.
 */
export function safeForTerminal(target: TerminalWritable): TerminalWritable {
  const safe = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      const text = String(chunk);
      const shown =
        sequences.has(text) || isClearing(text)
          ? text
          : text.replace(unseen, (each) =>
              each === '\n' || each === '\t' ? each : escapeUnit(each),
            );
      target.write(shown);
      done();
    },
  });
  return Object.defineProperties(safe, {
    isTTY: { get: () => target.isTTY },
    columns: { get: () => target.columns },
  }) as TerminalWritable;
}
