import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { parseKey } from '../access/key.ts';
import { organisationRoles } from '../access/roles.ts';
import { AnnalsError } from '../core/errors.ts';
import { formatInstant, type Micros } from '../core/micros.ts';
import { parseSince } from '../core/window.ts';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { keyState } from './key-state.ts';
import {
  addQuotaOptions,
  givenQuotas,
  ownQuotasSchema,
  type QuotaFlags,
  quotaColumn,
  quotasToSet,
} from './quota-flags.ts';
import { type Column, printRows, Table } from './table.ts';
import { complain, jsonLine } from './terminal-text.ts';
import { withOrganisation } from './with-organisation.ts';

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
  quotas: ownQuotasSchema.exactOptional(),
});
const keysSchema = z.object({
  items: z.array(keySchema),
  nextCursor: z.string().exactOptional(),
});
/** The key itself is printed without quotes. */
const createdKeySchema = keySchema.extend({ key: z.string().regex(/^[\x21-\x7e]+$/) });
type CreatedKey = z.output<typeof createdKeySchema>;
/** With the keys that it created, directly or through others. */
const revokedKeySchema = keySchema.extend({
  revokedAt: z.string(),
  created: z.array(keySchema),
  owed: z.array(z.string()).exactOptional(),
});

/** Of the keys as they are now. */
function columnsAt(now: Micros): readonly Column<z.output<typeof keySchema>>[] {
  return [
    { title: 'ID', text: ({ id }) => id },
    { title: 'ROLE', text: ({ role }) => role },
    { title: 'NAME', text: ({ name }) => name, least: 10 },
    { title: 'CREATED', text: ({ createdAt }) => createdAt.slice(0, 10), expendable: 1 },
    { title: 'BY', text: ({ createdBy }) => createdBy, expendable: 2 },
    {
      title: 'VALIDITY',
      text: (key) => keyState(key, now).text,
      style: (key) => keyState(key, now).style,
    },
    quotaColumn,
  ];
}

/** `annals keys`: the operator's key manages those of any organisation, an org-admin's key those of its own. */
export function keysCommand(context: CliContext): Command {
  const command = new Command('keys');

  const list = command
    .command('list')
    .description('list the API keys of an organisation, without their secrets');
  addConnectionOptions(list)
    .option('--json', 'print a line of JSON for each')
    .addHelpText('after', '\nExample:\n  $ annals keys list -O acme')
    .action(async (flags: Flags) => {
      const connection = await resolveConnection(flags, context);
      const api = openApi({ ...connection, organisation: undefined }, context);
      const { organisation } = connection;
      const query = organisation === undefined ? {} : { organisation };
      const items = await withOrganisation(api.getAll(keysSchema, '/v1/keys', query));
      await printRows(context, items, columnsAt(context.clock()), {
        json: flags.json,
        nothing: 'There are no API keys: annals keys create creates one',
      });
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
    .option('--expires-in <span>', 'when it expires, from now: 90d, 12h, 1y (default: never)')
    .addOption(
      new Option('--expires-at <time>', 'when it expires: an RFC 3339 time').conflicts('expiresIn'),
    )
    .option('--output <file>', 'write it into a new file that only you can read');
  addConnectionOptions(addQuotaOptions(create, 'create'))
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
Roles: org-admin (everything, also API keys), org-auditor (read), writer
(record). Without --json and --output it prints only the key.

Examples:
  $ annals keys create -O acme --role org-admin --name "first admin" \\
      --token-file annals-data/operator-key --output acme.key
  $ annals keys create --role writer --name api-server --expires-in 90d \\
      --output api-server.key`,
    )
    .action(
      async (
        flags: Flags &
          QuotaFlags & {
            readonly role: string;
            readonly name: string;
            readonly expiresAt?: string;
            readonly expiresIn?: string;
            readonly output?: string;
          },
      ) => {
        const { expiresIn, expiresAt = expiresIn && timeAfter(expiresIn, context.clock()) } = flags;
        const connection = await resolveConnection(flags, context);
        const api = openApi({ ...connection, organisation: undefined }, context);
        const { organisation } = connection;
        const request = () =>
          withOrganisation(
            api.post(createdKeySchema, '/v1/keys', {
              role: flags.role,
              name: flags.name,
              ...(organisation !== undefined && { organisation }),
              ...(expiresAt !== undefined && { expiresAt }),
              ...givenQuotas(flags),
            }),
          );
        const { stdout, cwd } = context;
        const { output } = flags;
        if (output === undefined) {
          const created = await request();
          stdout.write(flags.json ? jsonLine(created) : `${created.key}\n`);
          return;
        }
        const { key: _key, ...created } = await createInto(resolve(cwd, output), request);
        stdout.write(
          flags.json ? jsonLine(created) : `The API key ${created.id} is in ${output}\n`,
        );
      },
    );

  const update = command
    .command('update')
    .description('change the quotas of an API key (needs the operator’s key)')
    .argument('<key>', 'its id: the part between annals_ and the second underscore');
  addConnectionOptions(addQuotaOptions(update, 'update'))
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
A change holds from the next request on. Without a quota of its own, what
annals serve was started with holds.

Example:
  $ annals keys update 4fTq81LmW0aZ --bytes-per-day 1000000000`,
    )
    .action(async (key: string, flags: Flags & QuotaFlags) => {
      const body = quotasToSet(flags);
      const api = openApi(await resolveConnection(flags, context), context);
      const updated = await api.patch(keySchema, pathOf(key), body);
      await printRows(context, [updated], columnsAt(context.clock()), flags);
    });

  const revoke = command
    .command('revoke')
    .description('revoke an API key, from the next request on')
    .argument('<key>', 'the key, or its id: the part between annals_ and the second underscore');
  addConnectionOptions(revoke)
    .option(
      '--with-created',
      'revoke the API keys that it created too, and those that these created',
    )
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
A person who stole an org-admin's key can create others with it. The command
lists those that are still valid, on stderr.

Examples:
  $ annals keys revoke 4fTq81LmW0aZ
  $ annals keys revoke 4fTq81LmW0aZ --with-created`,
    )
    .action(async (key: string, flags: Flags & { readonly withCreated?: boolean }) => {
      const id = idOf(key);
      const api = openApi(await resolveConnection(flags, context), context);
      const query = flags.withCreated === true ? '?withCreated=true' : '';
      const revoked = await api.delete(revokedKeySchema, `${pathOf(key)}${query}`);
      const { created, owed = [] } = revoked;
      const { stderr, env, clock } = context;
      const columns = columnsAt(clock());
      if (flags.json === true) context.stdout.write(jsonLine(revoked));
      else {
        const rows = flags.withCreated === true ? [revoked, ...created] : [revoked];
        await printRows(context, rows, columns, {});
      }
      for (const one of owed) complain(context, `the key is revoked, but ${one}`);
      if (flags.withCreated === true || created.length === 0) return;
      stderr.write(`${id} created API keys that are still valid:\n`);
      await new Table(stderr, env, columns).print(created);
      stderr.write(`To revoke them: annals keys revoke ${id} --with-created\n`);
    });
  return command;
}

/** Servers and proxies log addresses, so the secret must not be in one. */
const idOf = (key: string) => parseKey(key)?.id ?? key;
const pathOf = (key: string) => `/v1/keys/${encodeURIComponent(idOf(key))}`;

/** The time this long after now. Throws `invalid` for a span that cannot be read. */
const timeAfter = (span: string, now: Micros): string => formatInstant(now + parseSince(span));

/**
 * Creates a key and writes it into a new file for its owner alone. The file comes first, because the key is shown only
 * once; it does not stay when no key is created. Rejects with `invalid` when the file exists or cannot be created.
 */
async function createInto(path: string, create: () => Promise<CreatedKey>): Promise<CreatedKey> {
  const opening = open(path, 'wx', 0o600);
  await using file = await opening.catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'EEXIST' ? 'it exists' : cause.code;
    throw new AnnalsError('invalid', `Cannot write the API key into ${path}: ${reason}`, { cause });
  });
  try {
    const created = await create();
    await file.writeFile(`${created.key}\n`);
    return created;
  } catch (error) {
    await rm(path);
    throw error;
  }
}
