import type { Format } from '../stages.ts';

/** The columns for a kind of trail. */
export interface CsvLayout {
  /** The first row, with its end of line. */
  readonly header: string;
  /** The row of an event, from its JSON text, with its end of line. */
  row(text: string): string;
}

/** One row for each event. The layout guarantees that nothing is lost. */
export function csvFormat(layout: CsvLayout): Format {
  return {
    begin: () => layout.header,
    entry: ({ text }) => [layout.row(text)],
    end: () => '',
  };
}
