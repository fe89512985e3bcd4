import type { Search } from '../search.ts';

/** Lines for a shell that do what a page shows. None has a key in it: every user of a machine sees its command lines. */

export const exportFormats = ['json', 'ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The earliest day that an event can have. */
const earliestDay = '1700-01-01';

/** The flags of `annals export` that are filters, by the names of the API's parameters. */
const flags: Readonly<Record<string, string>> = {
  action: '--action',
  resourceType: '--resource-type',
  resourceIdentity: '--resource-identity',
  userIdentity: '--user-identity',
  serviceAccount: '--service-account',
  impersonatorIdentity: '--impersonator-identity',
  responseStatus: '--response-status',
  searchText: '--search-text',
};

/** Flags that may be repeated. Of the others the last one would count. */
const repeated: ReadonlySet<string> = new Set(['action', 'resourceType']);

export interface CommandLine {
  readonly text: string;
  /** Parameters of the filter for which the command has no flag: the line would export more than is shown. */
  readonly missing: readonly string[];
}

/** @param filter parameters of the API */
export function exportCommand(filter: Search, format: ExportFormat, proof: boolean): CommandLine {
  const words = ['annals', 'export', '--from', filter.from?.[0] ?? earliestDay];
  if (filter.to?.[0] !== undefined) words.push('--to', filter.to[0]);
  const missing: string[] = [];
  for (const [name, values] of Object.entries(filter)) {
    if (name === 'from' || name === 'to') continue;
    if (name === 'includeSystemServices') {
      if (values[0] === 'true') words.push('--include-system-services');
      continue;
    }
    const flag = flags[name];
    if (flag === undefined || (values.length > 1 && !repeated.has(name))) missing.push(name);
    else for (const value of values) words.push(flag, value);
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
