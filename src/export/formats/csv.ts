import type { Format } from '../stages.ts';

/** The columns of a kind of trail. */
export interface CsvLayout {
  /** The first row, with its end of line. */
  readonly header: string;
  /** The row of one event, given as its JSON text, with its end of line. */
  row(text: string): string;
}

/** A row an event; the layout sees to it that nothing is lost. */
export function csvFormat(layout: CsvLayout): Format {
  return {
    begin: () => layout.header,
    entry: ({ text }) => [layout.row(text)],
    end: () => '',
  };
}
