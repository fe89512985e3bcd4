import { type Command, Option } from 'commander';
import { AnnalsError } from '../core/errors.ts';
import { type Split, splits } from '../core/window.ts';
import { type FormatName, formatFromName, formatNames } from '../export/output-names.ts';
import { type Compression, compressions } from '../export/sinks/block-writer.ts';
import { addFilterOptions, type FilterFlags, filterHeading, wholeNumber } from './filter-flags.ts';
import { addRangeOptions, type RangeFlags } from './range-flags.ts';

export interface RequestFlags {
  readonly pageSize?: number;
  readonly chunkDownloadTimeout?: string;
  readonly retries?: number;
}

/** The flags of `annals export`, as commander parses them. */
export interface ExportFlags extends RequestFlags, RangeFlags, FilterFlags {
  readonly timezone: string;
  readonly daily?: boolean;
  readonly weekly?: boolean;
  readonly monthly?: boolean;
  readonly output?: string;
  readonly format?: FormatName;
  readonly envelope?: 'tcloud';
  readonly compress?: Compression;
  readonly shape: 'raw' | 'native';
  readonly skipEmpty?: boolean;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly manifest: boolean;
  readonly proof?: boolean;
  readonly redact?: 'personal';
  readonly quiet?: boolean;
}

/** The flags of `tcloud audit export` with their meaning there (wire: Thalassa 7), and some of our own. */
export function addExportOptions(command: Command): Command {
  addRangeOptions(command, 'Time range:')
    .option('--daily', 'write a file for each day')
    .option('--weekly', 'write a file for each ISO week')
    .option('--monthly', 'write a file for each month')
    .option('--skip-empty', 'write no file for a day, week or month without events');
  addFilterOptions(command.optionsGroup(filterHeading))
    .optionsGroup('Output:')
    .option('-o, --output <path>', 'a file, a directory (with / at the end), or - for stdout')
    .addOption(
      new Option(
        '--format <format>',
        'format of the output (default: by its extension, else json)',
      ).choices(formatNames),
    )
    .addOption(
      new Option('--envelope <kind>', 'put the list into the object that tcloud writes').choices([
        'tcloud',
      ]),
    )
    .addOption(
      new Option('--compress <kind>', 'compress, and add .gz or .zst').choices(compressions),
    )
    .addOption(
      new Option(
        '--shape <shape>',
        'write objects as the source sends them, or as Annals would record them',
      )
        .choices(['raw', 'native'])
        .default('raw'),
    )
    .option('--no-manifest', 'write no manifest beside the files')
    .option('--proof', 'write a proof beside the files, for annals verify (source annals)')
    .addOption(
      new Option('--redact <fields>', 'leave out the personal fields (source annals)').choices([
        'personal',
      ]),
    )
    .option('--overwrite', 'replace existing files')
    .option('--resume', 'continue an earlier run of the same export that was interrupted')
    .option('--quiet', 'show no progress');
  return addRequestOptions(command);
}

/** Flags about requests to a source, the same for all commands that read one. */
export function addRequestOptions(command: Command): Command {
  return command
    .optionsGroup('Requests:')
    .option('--page-size <count>', 'objects in one response', wholeNumber(1))
    .option('--retries <count>', 'how often to repeat a request that fails', wholeNumber(0))
    .option(
      '--chunk-download-timeout <span>',
      'how long the source may send nothing (default: 1m)',
    );
}

/** The split; of several flags the first in this order, as in tcloud. */
export function splitOf(flags: ExportFlags): Split | undefined {
  return splits.find((split) => flags[split] === true);
}

/** The format of files: from the flags, or else from the name of the output. */
export function outputFormatOf({ output, format, compress, envelope }: ExportFlags): {
  readonly format: FormatName;
  readonly compress: Compression | undefined;
} {
  const implied = output === undefined || output === '-' ? {} : formatFromName(output);
  const chosen = format ?? (envelope === undefined ? implied.format : undefined) ?? 'json';
  if (envelope !== undefined && chosen !== 'json') {
    throw new AnnalsError(
      'invalid',
      `Cannot write ${chosen} with --envelope tcloud: the envelope is JSON`,
    );
  }
  return { format: chosen, compress: compress ?? implied.compress };
}
