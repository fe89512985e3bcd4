import { Command, Option } from 'commander';
import { parseKey } from '../access/key.ts';
import { organisationRoles } from '../access/roles.ts';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { printTable } from './table.ts';

interface Flags extends ConnectionFlags {
  readonly json?: boolean;
}

interface KeyResponse {
  readonly id: string;
  readonly organisation: string;
  readonly role: string;
  readonly name: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
}

/** Only the operator's key must say whose keys it means, and here that is said by a flag. */
async function withOrganisation<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const missing =
      error instanceof AnnalsError && error.issues.some(({ field }) => field === 'organisation');
    if (!missing) throw error;
    throw new AnnalsError(
      'invalid',
      'Cannot tell whose keys: the operator’s key names the organisation with -O',
    );
  }
}

const columns = ['id', 'role', 'name', 'createdAt', 'expiresAt', 'revokedAt'] as const;

/** `annals keys`: with the operator's key for any organisation, with an org-admin's for its own. */
export function keysCommand(context: CliContext): Command {
  const command = new Command('keys').description('keys of an organisation');

  const list = command.command('list').description('keys, without their secrets');
  addConnectionOptions(list)
    .option('--json', 'answer with JSON')
    .addHelpText('after', '\nExample:\n  $ annals keys list -O acme')
    .action(async (flags: Flags) => {
      const connection = await resolveConnection(flags, context);
      const api = openApi({ ...connection, organisation: undefined }, context);
      const { organisation } = connection;
      const query = organisation === undefined ? {} : { organisation };
      const { items } = await withOrganisation(
        api.get<{ items: KeyResponse[] }>('/v1/keys', query),
      );
      printTable(context, items, columns, flags.json);
    });

  const create = command
    .command('create')
    .description('make a key; it is shown this once')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(organisationRoles)
        .makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'what it is for')
    .option('--expires-at <time>', 'RFC 3339; never by default');
  addConnectionOptions(create)
    .option('--json', 'answer with JSON')
    .addHelpText(
      'after',
      `
Roles: org-admin (everything, keys included), org-auditor (read), writer (record).
Without --json only the key itself is printed, to be kept in a variable.

Examples:
  $ annals keys create -O acme --role org-admin --name "first admin" --token $OPERATOR_KEY
  $ KEY=$(annals keys create --role writer --name api-server)`,
    )
    .action(
      async (
        flags: Flags & {
          readonly role: string;
          readonly name: string;
          readonly expiresAt?: string;
        },
      ) => {
        const connection = await resolveConnection(flags, context);
        const api = openApi({ ...connection, organisation: undefined }, context);
        const { organisation } = connection;
        const made = await withOrganisation(
          api.post<KeyResponse & { readonly key: string }>('/v1/keys', {
            role: flags.role,
            name: flags.name,
            ...(organisation !== undefined && { organisation }),
            ...(flags.expiresAt !== undefined && { expiresAt: flags.expiresAt }),
          }),
        );
        context.stdout.write(flags.json ? `${JSON.stringify(made)}\n` : `${made.key}\n`);
      },
    );

  const revoke = command
    .command('revoke')
    .description('make a key worthless from the next request on')
    .argument('<key>', 'its id: the part between annals_ and the second underscore; or all of it');
  addConnectionOptions(revoke)
    .option('--json', 'answer with JSON')
    .addHelpText('after', '\nExample:\n  $ annals keys revoke 4fTq81LmW0aZ')
    .action(async (key: string, flags: Flags) => {
      // A secret has no place in an address, which servers and proxies log.
      const id = parseKey(key)?.id ?? key;
      const api = openApi(await resolveConnection(flags, context), context);
      const revoked = await api.delete<KeyResponse>(`/v1/keys/${encodeURIComponent(id)}`);
      printTable(context, [revoked], columns, flags.json && 'first');
    });
  return command;
}
