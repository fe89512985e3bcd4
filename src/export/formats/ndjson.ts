import type { Format } from '../stages.ts';

/** One event a line, nothing else. */
export const ndjsonFormat: Format = {
  begin: () => '',
  entry: ({ text }) => [text, '\n'],
  end: () => '',
};
