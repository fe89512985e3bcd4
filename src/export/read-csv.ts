import { AnnalsError } from '../core/errors.ts';

/** Far more than an event needs. A row without an end must not fill the memory. */
const defaultMaxRowLength = 16 * 1024 * 1024;

/**
 * Reads CSV (RFC 4180) as it arrives, a row at a time, and holds no more than a row and a chunk. Accepts LF as well as
 * CRLF, skips a byte-order mark and blank lines, and leaves the cells as they are (see `unguardFormula`). Throws
 * `invalid` for a quote or a CR where none may be, `too-large` for a row of more than `maxRowLength` characters, and
 * `incomplete` when the text ends inside quotes. Rows are numbered from 1.
 *
 * Written by hand for its speed: see `docs/decisions/026-export-files.md`.
 */
export async function* parseCsv(
  chunks: AsyncIterable<string> | Iterable<string>,
  maxRowLength = defaultMaxRowLength,
): AsyncGenerator<string[]> {
  const reader = new RowReader(maxRowLength);
  for await (const chunk of chunks) yield* reader.read(chunk);
  yield* reader.end();
}

/** Where the reader is: before a cell, inside one, after a quote that may be its last, after a CR. */
type State = 'start' | 'plain' | 'quoted' | 'quote' | 'cr';

class RowReader {
  readonly #maxRowLength: number;
  #state: State = 'start';
  #cells: string[] = [];
  #cell = '';
  #rowLength = 0;
  #row = 1;
  #hasBegun = false;
  /** Nothing is in the row yet, not even quotes. */
  #isBlank = true;

  constructor(maxRowLength: number) {
    this.#maxRowLength = maxRowLength;
  }

  *read(chunk: string): Generator<string[]> {
    let at = 0;
    if (!this.#hasBegun && chunk !== '') {
      this.#hasBegun = true;
      if (chunk.startsWith('\ufeff')) at = 1;
    }
    while (at < chunk.length) {
      if (this.#state === 'plain' || this.#state === 'quoted') {
        const end = this.#endOfPlainText(chunk, at);
        this.#append(chunk.slice(at, end));
        at = end;
        if (at === chunk.length) return;
      }
      const row = this.#step(chunk[at] ?? '');
      at += 1;
      if (row !== undefined) yield row;
    }
  }

  *end(): Generator<string[]> {
    if (this.#state === 'quoted') {
      throw new AnnalsError(
        'incomplete',
        `Cannot read the CSV: it ends inside the quotes of row ${this.#row}`,
      );
    }
    if (this.#state === 'cr') throw this.#syntaxError('there is a CR without LF');
    const row = this.#endRow();
    if (row !== undefined) yield row;
  }

  /** Where the characters end that belong to the cell as they are. */
  #endOfPlainText(chunk: string, at: number): number {
    const special = this.#state === 'quoted' ? /"/g : /[",\r\n]/g;
    special.lastIndex = at;
    return special.exec(chunk)?.index ?? chunk.length;
  }

  /** Handles one character that has a meaning. Gives the row when the character ends it. */
  #step(character: string): string[] | undefined {
    if (this.#state === 'quoted') {
      this.#state = 'quote';
      return undefined;
    }
    if (this.#state === 'cr' && character !== '\n')
      throw this.#syntaxError('there is a CR without LF');
    if (character !== '\n' && character !== '\r') this.#isBlank = false;
    switch (character) {
      case '\n':
        return this.#endRow();
      case '\r':
        this.#state = 'cr';
        return undefined;
      case ',':
        this.#endCell();
        return undefined;
      case '"':
        if (this.#state === 'plain')
          throw this.#syntaxError('there is a quote inside an unquoted cell');
        if (this.#state === 'quote') this.#append('"');
        this.#state = 'quoted';
        return undefined;
      default:
        if (this.#state === 'quote') throw this.#syntaxError('there is text after a closing quote');
        this.#state = 'plain';
        this.#append(character);
        return undefined;
    }
  }

  #append(text: string): void {
    this.#grow(text.length);
    this.#cell += text;
  }

  #grow(characters: number): void {
    this.#rowLength += characters;
    if (this.#rowLength > this.#maxRowLength) {
      throw new AnnalsError(
        'too-large',
        `Cannot read the CSV: row ${this.#row} has more than ${this.#maxRowLength} characters`,
      );
    }
  }

  #endCell(): void {
    // The comma counts too: empty cells also take memory.
    this.#grow(1);
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
  }

  #endRow(): string[] | undefined {
    const isBlank = this.#isBlank;
    this.#endCell();
    const cells = this.#cells;
    this.#cells = [];
    this.#rowLength = 0;
    this.#row += 1;
    this.#isBlank = true;
    return isBlank ? undefined : cells;
  }

  #syntaxError(what: string): AnnalsError {
    return new AnnalsError('invalid', `Cannot read the CSV: ${what} in row ${this.#row}`);
  }
}
