import type { Format } from '../stages.ts';

/** A JSON array, one event a line. */
export const jsonFormat: Format = {
  begin: () => '[',
  entry: ({ text }, index) => [index === 0 ? '\n' : ',\n', text],
  end: (_file, count) => (count === 0 ? ']\n' : '\n]\n'),
};
