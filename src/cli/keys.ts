import { Command, Option } from 'commander';
import { z } from 'zod';
import { parseKey } from '../access/key.ts';
import { organisationRoles } from '../access/roles.ts';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { printTable } from './table.ts';
import { jsonLine } from './terminal-text.ts';

interface Flags extends ConnectionFlags {
  readonly json?: boolean;
}

const keySchema = z.looseObject({
  id: z.string(),
  role: z.string(),
  name: z.string(),
  createdAt: z.string(),
  createdBy: z.string().exactOptional(),
  expiresAt: z.string().exactOptional(),
  revokedAt: z.string().exactOptional(),
});
const keysSchema = z.object({ items: z.array(keySchema) });
/** The key itself is printed without quotes. */
const createdKeySchema = keySchema.extend({ key: z.string().regex(/^[\x21-\x7e]+$/) });
/** With the keys that it created, directly or through others. */
const revokedKeySchema = keySchema.extend({ revokedAt: z.string(), created: z.array(keySchema) });

/** With the operator's key the server needs the organisation: the error names the flag for it. */
async function withOrganisation<T>(response: Promise<T>): Promise<T> {
  try {
    return await response;
  } catch (error) {
    const missing =
      error instanceof AnnalsError && error.issues.some(({ field }) => field === 'organisation');
    if (!missing) throw error;
    throw new AnnalsError(
      'invalid',
      'Cannot choose the organisation: with the operator’s key, name it with -O',
    );
  }
}

const columns = ['id', 'role', 'name', 'createdAt', 'createdBy', 'expiresAt', 'revokedAt'] as const;

/** `annals keys`: the operator's key manages those of any organisation, an org-admin's key those of its own. */
export function keysCommand(context: CliContext): Command {
  const command = new Command('keys').description('list, create and revoke API keys');

  const list = command
    .command('list')
    .description('list the API keys of an organisation, without their secrets');
  addConnectionOptions(list)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ annals keys list -O acme')
    .action(async (flags: Flags) => {
      const connection = await resolveConnection(flags, context);
      const api = openApi({ ...connection, organisation: undefined }, context);
      const { organisation } = connection;
      const query = organisation === undefined ? {} : { organisation };
      const { items } = await withOrganisation(api.get(keysSchema, '/v1/keys', query));
      printTable(context, items, columns, flags.json);
    });

  const create = command
    .command('create')
    .description('create an API key; it is printed only this once')
    .addOption(
      new Option('--role <role>', 'what the key may do')
        .choices(organisationRoles)
        .makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'what the key is for')
    .option('--expires-at <time>', 'when it expires, an RFC 3339 time (default: never)');
  addConnectionOptions(create)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Roles: org-admin (everything, also API keys), org-auditor (read), writer
(record). Without --json it prints only the key, so that a variable can take it.

Examples:
  $ annals keys create -O acme --role org-admin --name "first admin" \\
      --token $OPERATOR_KEY
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
        const created = await withOrganisation(
          api.post(createdKeySchema, '/v1/keys', {
            role: flags.role,
            name: flags.name,
            ...(organisation !== undefined && { organisation }),
            ...(flags.expiresAt !== undefined && { expiresAt: flags.expiresAt }),
          }),
        );
        context.stdout.write(flags.json ? jsonLine(created) : `${created.key}\n`);
      },
    );

  const revoke = command
    .command('revoke')
    .description('revoke an API key, from the next request on')
    .argument('<key>', 'the key, or its id: the part between annals_ and the second underscore');
  addConnectionOptions(revoke)
    .option(
      '--with-created',
      'revoke the API keys that it created too, and those that these created',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Whoever has stolen an org-admin's key can create others with it. The command
lists those that are still valid, on stderr.

Examples:
  $ annals keys revoke 4fTq81LmW0aZ
  $ annals keys revoke 4fTq81LmW0aZ --with-created`,
    )
    .action(async (key: string, flags: Flags & { readonly withCreated?: boolean }) => {
      // Servers and proxies log addresses, so the secret must not be in one.
      const id = parseKey(key)?.id ?? key;
      const api = openApi(await resolveConnection(flags, context), context);
      const query = flags.withCreated === true ? '?withCreated=true' : '';
      const revoked = await api.delete(
        revokedKeySchema,
        `/v1/keys/${encodeURIComponent(id)}${query}`,
      );
      const { created } = revoked;
      const rows = flags.withCreated === true ? [revoked, ...created] : [revoked];
      printTable(context, rows, columns, flags.json && 'first');
      if (flags.withCreated === true || created.length === 0) return;
      const { stderr } = context;
      stderr.write(`${id} created API keys that are still valid:\n`);
      printTable({ stdout: stderr }, created, columns, false);
      stderr.write(`To revoke them: annals keys revoke ${id} --with-created\n`);
    });
  return command;
}
