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

/** Clears the line of the cursor. It is the only control sequence that commands write, always by itself. */
export const clearLine = '\r\u001b[2K';

export type TerminalWritable = Writable & { readonly isTTY?: boolean; readonly columns?: number };

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
        text === clearLine
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
