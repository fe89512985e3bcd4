import type { CliContext } from './cli-context.ts';

/** Names of files in PEM. */
export interface ClientTlsFlags {
  readonly caFile?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
}

/** The variables of these flags. */
export const tlsVariables = {
  caFile: 'ANNALS_CA_FILE',
  clientCert: 'ANNALS_CLIENT_CERT',
  clientKey: 'ANNALS_CLIENT_KEY',
} as const satisfies Record<keyof ClientTlsFlags, string>;

/** Whether there is anything to read. Apart from the reading, which most commands do not need. */
export function namesTlsFile(flags: ClientTlsFlags, env: CliContext['env']): boolean {
  return Object.entries(tlsVariables).some(
    ([name, variable]) => flags[name as keyof ClientTlsFlags] !== undefined || !!env[variable],
  );
}
