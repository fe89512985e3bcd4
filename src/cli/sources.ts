import type { Command } from 'commander';
import { Option } from 'commander';
import { nativeSource } from '../dialects/native/client.ts';
import { eventCsvHeader, eventCsvRow } from '../dialects/native/csv.ts';
import type { ClientParts, SourceQuestion } from '../export/asking/client-parts.ts';
import type { CsvLayout } from '../export/formats/csv.ts';
import type { Origin, Source } from '../export/stages.ts';
import { addConnectionOptions, type ConnectionFlags, connectionOf } from './connection.ts';
import type { CliContext } from './context.ts';

/** A trail that can be exported, found and with its credential at hand, but not yet asked. */
export interface Trail {
  readonly origin: Origin;
  open(parts: ClientParts, question: SourceQuestion): Source;
  /** An object of the source in the native shape; absent where it has that already. */
  readonly toNative?: (text: string) => string;
  readonly csv: CsvLayout;
  /** False when the vendor’s own settings say to take any certificate. */
  readonly verifyCertificates?: boolean;
}

export interface SourceFlags extends ConnectionFlags {
  readonly source: SourceKind;
}

type Find = (flags: SourceFlags, context: CliContext) => Promise<Trail>;

export const nativeCsv: CsvLayout = { header: eventCsvHeader, row: eventCsvRow };

const finders = {
  async annals(flags, context) {
    const connection = await connectionOf(flags, context);
    const { api, organisation } = connection;
    return {
      origin: {
        kind: 'annals',
        endpoint: api,
        ...(organisation !== undefined && { organisation }),
      },
      open: (parts, question) => nativeSource(parts, connection, question),
      csv: nativeCsv,
    };
  },
} as const satisfies Record<string, Find>;

export type SourceKind = keyof typeof finders;

export const sourceKinds = Object.keys(finders) as SourceKind[];

export function addSourceOptions(command: Command): Command {
  command
    .optionsGroup('Source:')
    .addOption(new Option('--source <kind>', 'whose trail').choices(sourceKinds).default('annals'));
  return addConnectionOptions(command);
}

/** Finds the trail the flags, the environment and the vendor's own files speak of. */
export function findTrail(flags: SourceFlags, context: CliContext): Promise<Trail> {
  return finders[flags.source](flags, context);
}
