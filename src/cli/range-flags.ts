import type { Command } from 'commander';

/** A time range, with the flags of `tcloud audit export` (wire: Thalassa 7). */
export interface RangeFlags {
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly timezone?: string;
}

export function addRangeOptions(command: Command, heading: string): Command {
  return command
    .optionsGroup(heading)
    .option(
      '--since <span>',
      'from this long ago until now: 90m, 24h, 7d, 4w, 1mo (30 days), 1y, or a sum: 1d12h',
    )
    .option('--from <time>', 'the beginning: a day, or an RFC 3339 time')
    .option(
      '--to <time>',
      'the end: a day, which is included, or an RFC 3339 time, which is not (default: now)',
    )
    .option('--timezone <name>', 'the time zone of days: an IANA name', 'UTC');
}
