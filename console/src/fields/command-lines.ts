import type { Search } from '../search.ts';
import { filterNames } from './filters.ts';

/** Lines for a shell that do what a page shows. None has a key in it: every user of a machine sees its command lines. */

export const exportFormats = ['json', 'ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The earliest day that an event can have. */
const earliestDay = '1700-01-01';

/** Filters of the API that are flags of `annals export`, each in the form of a flag. */
const filters: ReadonlySet<string> = new Set([...filterNames, 'searchText']);

const flagName = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export interface CommandLine {
  readonly text: string;
  /** Parameters of the filter for which the command has no flag: the line would export more than is shown. */
  readonly missing: readonly string[];
}

/** @param search parameters of the API */
export function exportCommand(search: Search, format: ExportFormat, proof: boolean): CommandLine {
  const words = ['annals', 'export', '--from', search.from?.[0] ?? earliestDay];
  if (search.to?.[0] !== undefined) words.push('--to', search.to[0]);
  const missing: string[] = [];
  for (const [name, values] of Object.entries(search)) {
    if (name === 'from' || name === 'to') continue;
    if (name === 'includeSystemServices') {
      if (values[0] === 'true') words.push('--include-system-services');
      continue;
    }
    const isNegated = name.startsWith('-');
    const filter = isNegated ? name.slice(1) : name;
    if (!filters.has(filter)) missing.push(name);
    else if (isNegated)
      for (const value of values) words.push('--not', `${flagName(filter)}=${value}`);
    else for (const value of values) words.push(`--${flagName(filter)}`, value);
  }
  words.push('--format', format);
  if (proof) words.push('--proof');
  return { text: words.map(quoted).join(' '), missing };
}

/** @param header the name of the file that has the header with the key, as the pages of HTTP call it */
export function exportCurl(address: string, header = 'acme.header'): string {
  return ['curl', '-OJ', '--fail-with-body', '-H', `@${header}`, address].map(quoted).join(' ');
}

/** One word of a POSIX shell, whatever is in it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
