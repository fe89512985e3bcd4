import { type Command, Option } from 'commander';
import { AnnalsError } from '../core/errors.ts';
import { type Split, splits } from '../core/window.ts';
import { type FormatName, formatFromName, formatNames } from '../export/output-names.ts';
import { type Compression, compressions } from '../export/sinks/block-writer.ts';
import { addFilterOptions, type FilterFlags } from './filter-flags.ts';
import { wholeNumber } from './whole-number.ts';

export interface RequestFlags {
  readonly pageSize?: number;
  readonly chunkDownloadTimeout?: string;
  readonly retries?: number;
}

/** What is typed behind `annals export`, as commander gives it. */
export interface ExportFlags extends RequestFlags, FilterFlags {
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly timezone: string;
  readonly daily?: boolean;
  readonly weekly?: boolean;
  readonly monthly?: boolean;
  readonly output?: string;
  readonly format?: FormatName;
  readonly envelope?: 'tcloud';
  readonly compress?: Compression;
  readonly shape: 'raw' | 'native';
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly manifest: boolean;
  readonly proof?: boolean;
  readonly redact?: 'personal';
  readonly quiet?: boolean;
}

/** The flags of `tcloud audit export` with their meaning there (wire: Thalassa 7), and ours besides. */
export function addExportOptions(command: Command): Command {
  command
    .optionsGroup('Time range:')
    .option('--since <span>', 'back from now: 90m, 24h, 7d, 4w, 1mo (30 days), 1y, or sums: 1d12h')
    .option('--from <time>', 'a day, or an RFC 3339 time')
    .option('--to <time>', 'a day, that day included; or an RFC 3339 time, excluded (default: now)')
    .option('--timezone <name>', 'in which days begin and end: an IANA name', 'UTC')
    .option('--daily', 'a file a day')
    .option('--weekly', 'a file an ISO week')
    .option('--monthly', 'a file a month');
  addFilterOptions(command.optionsGroup('Filters (all must hold; of the values of one, any):'))
    .optionsGroup('Output:')
    .option('-o, --output <path>', 'a file, a directory (ending in /), or - for stdout')
    .addOption(
      new Option('--format <format>', 'default: by the extension, else json').choices(formatNames),
    )
    .addOption(
      new Option('--envelope <kind>', 'the object tcloud writes, around the list').choices([
        'tcloud',
      ]),
    )
    .addOption(new Option('--compress <kind>', 'adds .gz or .zst').choices(compressions))
    .addOption(
      new Option('--shape <shape>', 'objects as the source sends them, or as Annals would')
        .choices(['raw', 'native'])
        .default('raw'),
    )
    .option('--no-manifest', 'no manifest beside the files')
    .option('--proof', 'a proof beside the files, for annals verify (source annals)')
    .addOption(
      new Option('--redact <parts>', 'leave out personal parts (source annals)').choices([
        'personal',
      ]),
    )
    .option('--overwrite', 'replace files that are there already')
    .option('--resume', 'go on where an earlier run of the same export was interrupted')
    .option('--quiet', 'no progress');
  return addRequestOptions(command);
}

/** How a source is asked; the same for all commands that read one. */
export function addRequestOptions(command: Command): Command {
  return command
    .optionsGroup('Pace:')
    .option('--page-size <count>', 'objects asked for at a time', wholeNumber(1))
    .option('--retries <count>', 'how often in a row a request is tried again', wholeNumber(0))
    .option('--chunk-download-timeout <span>', 'how long the source may stay silent (default: 1m)');
}

/** The first in tcloud's order, when several are given. */
export function splitOf(flags: ExportFlags): Split | undefined {
  return splits.find((split) => flags[split] === true);
}

/** How files are written: as the flags say, else as the name given for the output implies. */
export function outputFormatOf({ output, format, compress, envelope }: ExportFlags): {
  readonly format: FormatName;
  readonly compress: Compression | undefined;
} {
  const implied = output === undefined || output === '-' ? {} : formatFromName(output);
  const chosen = format ?? (envelope === undefined ? implied.format : undefined) ?? 'json';
  if (envelope !== undefined && chosen !== 'json') {
    throw new AnnalsError('invalid', `Cannot write ${chosen} in the tcloud envelope: it is JSON`);
  }
  return { format: chosen, compress: compress ?? implied.compress };
}
