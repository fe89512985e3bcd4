import { type Command, Option } from 'commander';
import type { ClientDependencies } from '../client/send-request.ts';
import { csvRow } from '../core/csv.ts';
import type { Draft } from '../core/event.ts';
import type { JsonObject } from '../core/json/parse-json.ts';
import {
  cockroachdbColumns,
  cockroachdbOrigin,
  cockroachdbSource,
} from '../dialects/cockroachdb/client.ts';
import { cockroachdbSettings } from '../dialects/cockroachdb/settings.ts';
import { nativeSource } from '../dialects/native/client.ts';
import { thalassaColumns, thalassaOrigin, thalassaSource } from '../dialects/thalassa/client.ts';
import { thalassaConfigFile, thalassaSettings } from '../dialects/thalassa/settings.ts';
import { upcloudColumns, upcloudOrigin, upcloudSource } from '../dialects/upcloud/client.ts';
import { upcloudConfigFile, upcloudSettings } from '../dialects/upcloud/settings.ts';
import type { CsvLayout } from '../export/formats/csv.ts';
import type { ProofServer } from '../export/proofs/proof-server.ts';
import type { Source, SourceOrigin, SourceQuery } from '../export/stages.ts';
import { eventCsvHeader, eventCsvRow } from '../formats/event-csv.ts';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import {
  addConnectionOptions,
  type ConnectionFlags,
  checkAddress,
  resolveConnection,
  warnOfExposure,
} from './connection.ts';
import type { EventQuery } from './event-query.ts';
import { secretOptions } from './secrets.ts';
import { complain } from './terminal-text.ts';
import { readVendorConfig } from './vendor-config.ts';

export type Mapping = (object: JsonObject, id: string) => Draft;

/**
 * A trail that can be exported. Its credential is known, and no request was sent yet. What not every export needs is
 * loaded when it is needed: the schemas for it take a tenth of the memory of an export.
 */
export interface Trail {
  readonly origin: SourceOrigin;
  open(dependencies: ClientDependencies, query: SourceQuery): Source;
  /** Opens the server that sends proofs; absent when the trail cannot be proved. */
  readonly openProofs?: (dependencies: ClientDependencies) => Promise<ProofServer>;
  /** Says why an export found no event; absent where nobody can say it. */
  readonly explainEmpty?: (query: EventQuery) => Promise<string>;
  /** Loads the mapping from its objects to native drafts; absent when they are native. */
  readonly loadMapping?: () => Promise<Mapping>;
  readonly csv: CsvLayout;
  /** False when the vendor’s own settings accept any certificate. */
  readonly verifyCertificates?: boolean;
}

export interface SourceFlags extends ConnectionFlags {
  readonly source: SourceKind;
  readonly accessToken?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly username?: string;
  readonly password?: string;
  readonly config?: string;
}

type FindTrail = (flags: SourceFlags, context: CliContext) => Promise<Trail>;

export const nativeCsvLayout: CsvLayout = { header: eventCsvHeader, row: eventCsvRow };

const finders = {
  async annals(flags, context) {
    const connection = await resolveConnection(flags, context);
    const { api, organisation } = connection;
    return {
      origin: {
        kind: 'annals',
        endpoint: api,
        ...(organisation !== undefined && { organisation }),
      },
      open: (dependencies, query) => nativeSource(dependencies, connection, query),
      openProofs: async (dependencies) => {
        const { nativeProofs } = await import('../dialects/native/proofs.ts');
        return nativeProofs(dependencies, connection);
      },
      explainEmpty: async (query) => {
        const { explainEmpty } = await import('./explain-empty.ts');
        return explainEmpty(openApi(connection, context), query);
      },
      csv: nativeCsvLayout,
    };
  },
  async thalassa(flags, { env, home, cwd }) {
    const file = thalassaConfigFile(env, home);
    const settings = thalassaSettings(flags, env, await readVendorConfig(flags.config, file, cwd));
    return {
      origin: thalassaOrigin(settings),
      open: (dependencies, query) => thalassaSource(dependencies, settings, query),
      loadMapping: async () => (await import('../dialects/thalassa/wire.ts')).thalassaDraft,
      csv: vendorCsvLayout(thalassaColumns),
    };
  },
  async upcloud(flags, { env, home, cwd, stderr }) {
    const file = upcloudConfigFile(env, home);
    const settings = upcloudSettings(flags, env, await readVendorConfig(flags.config, file, cwd));
    if (settings.warning !== undefined) stderr.write(`${settings.warning}\n`);
    return {
      origin: upcloudOrigin(settings),
      open: (dependencies, query) => upcloudSource(dependencies, settings, query),
      loadMapping: async () => (await import('../dialects/upcloud/wire.ts')).upcloudDraft,
      csv: vendorCsvLayout(upcloudColumns),
      verifyCertificates: settings.verifyCertificates,
    };
  },
  async cockroachdb(flags, { env }) {
    const settings = cockroachdbSettings(flags, env);
    return {
      origin: cockroachdbOrigin(settings),
      open: (dependencies, query) => cockroachdbSource(dependencies, settings, query),
      loadMapping: async () => (await import('../dialects/cockroachdb/wire.ts')).cockroachdbDraft,
      csv: vendorCsvLayout(cockroachdbColumns),
    };
  },
} as const satisfies Record<string, FindTrail>;

type SourceKind = keyof typeof finders;

const sourceKinds = Object.keys(finders) as SourceKind[];

export function addSourceOptions(command: Command): Command {
  command
    .optionsGroup('Source:')
    .addOption(
      new Option('--source <kind>', 'the kind of trail').choices(sourceKinds).default('annals'),
    )
    .option('--client-id <id>', 'Thalassa: used with a client secret (THALASSA_CLIENT_ID)')
    .option('--username <name>', 'UpCloud: used in place of a token (UPCLOUD_USERNAME)')
    .option('--config <file>', 'the file of tcloud or upctl (~/.tcloud, ~/.config/upctl.yaml)');
  for (const [flag, description] of [
    ['--access-token', 'Thalassa’s access token (THALASSA_ACCESS_TOKEN)'],
    ['--client-secret', 'the secret of --client-id (THALASSA_CLIENT_SECRET)'],
    ['--password', 'the password of --username (UPCLOUD_PASSWORD)'],
  ] as const) {
    for (const option of secretOptions(flag, description)) {
      command.addOption(option.helpGroup('Source:'));
    }
  }
  return addConnectionOptions(command, 'Source:');
}

/** Finds the trail that flags, environment and the vendor's own files name. Throws `invalid` without a credential. */
export async function findTrail(flags: SourceFlags, context: CliContext): Promise<Trail> {
  const trail: Trail = await finders[flags.source](flags, context);
  if (flags.source === 'annals') return trail;
  checkAddress(trail.origin.endpoint, 'read the trail');
  warnOfExposure(trail.origin.endpoint, context);
  if (trail.verifyCertificates === false) {
    complain(
      context,
      'certificates are not checked (UPCLOUD_DEBUG_SKIP_CERTIFICATE_VERIFY): anybody on the way can take the credential',
    );
  }
  return trail;
}

/**
 * A vendor's own columns, and `event`, the whole object as it was sent, so that nothing is lost.
 */
function vendorCsvLayout(columns: readonly string[]): CsvLayout {
  return {
    header: csvRow([...columns, 'event']),
    row(text) {
      const value = JSON.parse(text) as Readonly<Record<string, unknown>>;
      return csvRow([...columns.map((column) => cellOf(value[column])), text]);
    },
  };
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
