import type { CliContext } from './cli-context.ts';
import {
  columnsOf,
  jsonLine,
  printable,
  type Style,
  showsStyles,
  type TerminalWritable,
  writeStyled,
} from './terminal-text.ts';
import { cutToWidth, type Measure, measureOf } from './text-width.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string | undefined;
  readonly style?: (row: Row) => Style | undefined;
  /** On a terminal it is cut, to no less than this. Without it is never cut, such as an id that somebody will copy. */
  readonly least?: number;
  /** On a terminal that is too narrow for all columns, those with the highest number are left out first. */
  readonly expendable?: number;
  /** Left out of a list in which no row has it. */
  readonly isOptional?: boolean;
}

interface Cell {
  readonly text: string;
  readonly style: Style | undefined;
}

/** A column as it is shown: which one it is, and its width. */
interface Place {
  readonly index: number;
  width: number;
  readonly least: number;
}

const gap = '  ';

/**
 * Rows in columns. On a terminal they fit into its width, and one that is too narrow for columns gets a line for each
 * value. Elsewhere nothing is cut or left out. Rows may come in parts: columns keep at least the width that they had.
 * Control characters in values are replaced.
 */
export class Table<Row> {
  readonly #out: TerminalWritable;
  readonly #columns: readonly Column<Row>[];
  readonly #hasStyles: boolean;
  readonly #headingOf: ((row: Row) => string) | undefined;
  #heading: string | undefined;
  #widths: readonly number[];
  #isBegun = false;

  /** @param headingOf gives the line above a row; it is printed again when it changes */
  constructor(
    out: TerminalWritable,
    env: CliContext['env'],
    columns: readonly Column<Row>[],
    headingOf?: (row: Row) => string,
  ) {
    this.#out = out;
    this.#headingOf = headingOf;
    this.#columns = columns;
    this.#hasStyles = showsStyles(out, env);
    this.#widths = columns.map(({ title }) => title.length);
  }

  /** Prints rows, before the first of them the titles. */
  async print(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const lines = rows.map((row) => this.#columns.map((column) => cellOf(column, row)));
    const measure = await measureOf(lines.flat().map(({ text }) => text));
    this.#widths = this.#widths.map((width, index) =>
      Math.max(width, ...lines.map((cells) => measure(cells[index]?.text ?? ''))),
    );
    const places = fit(this.#columns, this.#widths, columnsOf(this.#out));
    const titles = this.#columns.map(({ title }): Cell => ({ text: title, style: 'title' }));
    if (places !== undefined && !this.#isBegun) this.#printLine(places, titles, measure);
    for (const [index, cells] of lines.entries()) {
      if (places === undefined && (this.#isBegun || index > 0)) this.#out.write('\n');
      this.#printHeading(rows[index]!);
      if (places === undefined) this.#printApart(titles, cells);
      else this.#printLine(places, cells, measure);
    }
    this.#isBegun = true;
  }

  #printHeading(row: Row): void {
    const heading = this.#headingOf?.(row);
    if (heading === this.#heading) return;
    this.#heading = heading;
    this.#write(printable(heading ?? ''), 'title');
    this.#out.write('\n');
  }

  #printLine(places: readonly Place[], cells: readonly Cell[], measure: Measure): void {
    let blank = '';
    for (const { index, width } of places) {
      const { text, style } = cells[index]!;
      const shown = cutToWidth(text, width, measure);
      this.#write(blank, undefined);
      this.#write(shown, style);
      blank = ' '.repeat(width - measure(shown)) + gap;
    }
    this.#out.write('\n');
  }

  /** A line for each value that there is. */
  #printApart(titles: readonly Cell[], cells: readonly Cell[]): void {
    const width = Math.max(...titles.map(({ text }) => text.length)) + gap.length;
    for (const [index, { text, style }] of cells.entries()) {
      if (text === absent) continue;
      this.#write((titles[index]?.text ?? '').padEnd(width), 'title');
      this.#write(text, style);
      this.#out.write('\n');
    }
  }

  #write(text: string, style: Style | undefined): void {
    if (text !== '') writeStyled(this.#out, text, this.#hasStyles ? style : undefined);
  }
}

/** In place of a value that a row does not have. */
const absent = '-';

function cellOf<Row>({ text, style }: Column<Row>, row: Row): Cell {
  return { text: printable(text(row) || absent), style: style?.(row) };
}

/** The columns that are shown, and their widths: expendable ones are left out, the widest cut first. Undefined if they do not fit. */
function fit<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  available = Number.POSITIVE_INFINITY,
): readonly Place[] | undefined {
  let places = columns.map(({ least }, index): Place => {
    const width = widths[index] ?? 0;
    return { index, width, least: Math.min(width, least ?? width) };
  });
  const total = (of: 'width' | 'least') =>
    places.reduce((sum, place) => sum + place[of] + gap.length, -gap.length);
  const rank = ({ index }: Place) => columns[index]?.expendable ?? 0;
  while (total('least') > available) {
    const next = Math.max(...places.map(rank));
    if (next === 0) return undefined;
    places = places.filter((place) => rank(place) !== next);
  }
  for (let excess = total('width') - available; excess > 0; ) {
    const cuttable = places.filter(({ width, least }) => width > least);
    const widest = cuttable.reduce((one, other) => (other.width > one.width ? other : one));
    // A text of thousands of characters is cut in one step to where the next one is as wide.
    const second = Math.max(
      widest.least,
      ...cuttable.filter((one) => one !== widest).map(({ width }) => width),
    );
    const step = Math.min(excess, Math.max(1, widest.width - second));
    widest.width -= step;
    excess -= step;
  }
  return places;
}

/** Prints rows: a table for people, or each as a line of JSON. `nothing` is said on stderr in place of an empty table. */
export async function printRows<Row extends object>(
  { stdout, stderr, env }: Pick<CliContext, 'stdout' | 'stderr' | 'env'>,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { json, nothing }: { readonly json?: boolean | undefined; readonly nothing?: string },
): Promise<void> {
  if (json === true) {
    for (const row of rows) stdout.write(jsonLine(row));
    return;
  }
  const used = columns.filter(({ isOptional, text }) => !isOptional || rows.some(text));
  await new Table<Row>(stdout, env, used).print(rows);
  if (rows.length === 0 && nothing !== undefined) stderr.write(`${nothing}\n`);
}
