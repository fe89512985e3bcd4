import { AnnalsError } from './errors.ts';

/**
 * CSV as RFC 4180 has it: comma, CRLF, quotes only where they are needed, and doubled inside.
 *
 * A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, TAB or CR for a formula and would run what somebody
 * wrote into an event. Such a cell is written with an apostrophe before it, and so is one that begins with an
 * apostrophe: whoever takes one leading apostrophe away (`unguardFormula`) has every cell back as it was.
 */
export function csvRow(cells: readonly string[]): string {
  // A row of one empty cell would be a blank line, which readers skip.
  if (cells.length === 1 && cells[0] === '') return '""\r\n';
  return `${cells.map(csvCell).join(',')}\r\n`;
}

export function csvCell(text: string): string {
  const safe = guardFormula(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function guardFormula(text: string): string {
  return /^[=+\-@\t\r']/.test(text) ? `'${text}` : text;
}

export function unguardFormula(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}

/** Far more than an event can need; a text without an end must not fill the memory. */
const defaultMaxRowLength = 16 * 1024 * 1024;

/**
 * Reads CSV as it arrives, a row at a time, holding no more than a row and a chunk. Takes LF as well as CRLF, skips a
 * byte-order mark and blank lines, and gives the cells as they stand (see `unguardFormula`). Throws `invalid` on
 * quotes or a CR where none may be, `too-large` on a row over `maxRowLength` characters, `incomplete` on an end
 * inside quotes.
 */
export async function* parseCsv(
  chunks: AsyncIterable<string> | Iterable<string>,
  maxRowLength = defaultMaxRowLength,
): AsyncGenerator<string[]> {
  const reader = new RowReader(maxRowLength);
  for await (const chunk of chunks) yield* reader.read(chunk);
  yield* reader.end();
}

/** Where the reader stands: before a cell, inside one, behind a quote that may be its last, behind a CR. */
type State = 'start' | 'plain' | 'quoted' | 'quote' | 'cr';

class RowReader {
  readonly #maxRowLength: number;
  #state: State = 'start';
  #cells: string[] = [];
  #cell = '';
  #rowLength = 0;
  #row = 1;
  #begun = false;
  /** Nothing stands in the row yet, not even quotes. */
  #blank = true;

  constructor(maxRowLength: number) {
    this.#maxRowLength = maxRowLength;
  }

  *read(chunk: string): Generator<string[]> {
    let at = 0;
    if (!this.#begun && chunk !== '') {
      this.#begun = true;
      if (chunk.startsWith('\ufeff')) at = 1;
    }
    while (at < chunk.length) {
      if (this.#state === 'plain' || this.#state === 'quoted') {
        const end = this.#endOfRun(chunk, at);
        this.#take(chunk.slice(at, end));
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
    if (this.#state === 'cr') throw this.#refuse('a CR stands without LF');
    const row = this.#endRow();
    if (row !== undefined) yield row;
  }

  /** Where the characters end that simply belong to the cell. */
  #endOfRun(chunk: string, at: number): number {
    const special = this.#state === 'quoted' ? /"/g : /[",\r\n]/g;
    special.lastIndex = at;
    return special.exec(chunk)?.index ?? chunk.length;
  }

  /** Takes one character that means something; gives the row it ends. */
  #step(character: string): string[] | undefined {
    if (this.#state === 'quoted') {
      this.#state = 'quote';
      return undefined;
    }
    if (this.#state === 'cr' && character !== '\n') throw this.#refuse('a CR stands without LF');
    if (character !== '\n' && character !== '\r') this.#blank = false;
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
        if (this.#state === 'plain') throw this.#refuse('a quote stands inside an unquoted cell');
        if (this.#state === 'quote') this.#take('"');
        this.#state = 'quoted';
        return undefined;
      default:
        if (this.#state === 'quote') throw this.#refuse('text stands behind a closing quote');
        this.#state = 'plain';
        this.#take(character);
        return undefined;
    }
  }

  #take(text: string): void {
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
    // Its comma counts too: empty cells also take memory.
    this.#grow(1);
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
  }

  #endRow(): string[] | undefined {
    const blank = this.#blank;
    this.#endCell();
    const cells = this.#cells;
    this.#cells = [];
    this.#rowLength = 0;
    this.#row += 1;
    this.#blank = true;
    return blank ? undefined : cells;
  }

  #refuse(what: string): AnnalsError {
    return new AnnalsError('invalid', `Cannot read the CSV: ${what} in row ${this.#row}`);
  }
}
