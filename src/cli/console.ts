import { Argument, Command, Option } from 'commander';
import { z } from 'zod';
import { linkPurposes } from '../access/records.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Micros, minute } from '../core/micros.ts';
import { parseSince } from '../core/window.ts';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { keyState } from './key-state.ts';
import { type Column, printRows } from './table.ts';
import { complain, jsonLine } from './terminal-text.ts';
import { withOrganisation } from './with-organisation.ts';

interface Flags extends ConnectionFlags {
  readonly json?: boolean;
}

const linkSchema = z.looseObject({
  id: z.string(),
  purpose: z.string(),
  role: z.string(),
  name: z.string(),
  expiresAt: z.string(),
  usedAt: z.string().exactOptional(),
});
/** What is printed is a path with a secret in letters that need no quotes. */
const createdLinkSchema = linkSchema.extend({ url: z.string().regex(/^\/[\w/#.-]+$/) });

const sessionSchema = z.looseObject({
  id: z.string(),
  role: z.string(),
  signedInBy: z.looseObject({ kind: z.string(), name: z.string() }),
  lastUsedAt: z.string(),
  idleExpiresAt: z.string(),
  clientIp: z.string().exactOptional(),
});

const personSchema = z.looseObject({
  id: z.string(),
  role: z.string(),
  name: z.string(),
  createdAt: z.string(),
  signedInAt: z.string().exactOptional(),
});

const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().exactOptional() });

const revokedSchema = z.looseObject({
  id: z.string(),
  created: z.array(z.looseObject({ id: z.string() })).exactOptional(),
  owed: z.array(z.string()).exactOptional(),
});

const paths = { link: '/v1/links', person: '/v1/people', session: '/v1/sessions' } as const;
type Revocable = keyof typeof paths;

/** `2026-11-30 21:05`, in UTC as everything that the server says. */
const timeOf = (instant: string) => instant.slice(0, 16).replace('T', ' ');

const linkColumns = (now: Micros): readonly Column<z.output<typeof linkSchema>>[] => [
  { title: 'ID', text: ({ id }) => id },
  { title: 'PURPOSE', text: ({ purpose }) => purpose },
  { title: 'ROLE', text: ({ role }) => role },
  { title: 'NAME', text: ({ name }) => name, least: 10 },
  {
    title: 'VALIDITY',
    text: (link) =>
      link.usedAt === undefined ? keyState(link, now).text : `used ${timeOf(link.usedAt)}`,
  },
];

const sessionColumns: readonly Column<z.output<typeof sessionSchema>>[] = [
  { title: 'ID', text: ({ id }) => id },
  { title: 'ROLE', text: ({ role }) => role },
  { title: 'BY', text: ({ signedInBy: { kind, name } }) => `${kind} ${name}`, least: 10 },
  { title: 'ADDRESS', text: ({ clientIp }) => clientIp, isOptional: true },
  { title: 'LAST USED', text: ({ lastUsedAt }) => timeOf(lastUsedAt) },
  { title: 'ENDS', text: ({ idleExpiresAt }) => timeOf(idleExpiresAt), expendable: 1 },
];

const personColumns: readonly Column<z.output<typeof personSchema>>[] = [
  { title: 'ID', text: ({ id }) => id },
  { title: 'ROLE', text: ({ role }) => role },
  { title: 'NAME', text: ({ name }) => name, least: 10 },
  { title: 'CREATED', text: ({ createdAt }) => createdAt.slice(0, 10), expendable: 1 },
  { title: 'SIGNED IN', text: ({ signedInAt }) => signedInAt && timeOf(signedInAt) },
];

/** `annals console`: who has access by a browser, for those who may manage keys. */
export function consoleCommand(context: CliContext): Command {
  const command = new Command('console');

  const invite = command
    .command('invite')
    .description('print a link that lets somebody into the console')
    .addOption(
      new Option('--purpose <purpose>', 'what the link is for')
        .choices(linkPurposes)
        .default('passkey'),
    )
    .addOption(
      new Option('--role <role>', 'what who opens it may do')
        .choices(['org-admin', 'org-auditor'])
        .default('org-auditor'),
    )
    .option('--name <name>', 'whom it is for')
    .option('--expires-in <span>', 'until when it can be opened, from now: 15m, 12h, 30d');
  addConnectionOptions(invite)
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
Purposes: passkey (once: enrols a passkey, to sign in with from then on),
sign-in (once: signs a browser in), share (read-only, for everybody who has
the link, until it expires). Without --expires-in a link works for 15 minutes,
one to share for a week.

The link is a secret until it is used: send it in a message, not in a ticket.

Examples:
  $ annals console invite -O acme --role org-admin --name Noor \\
      --token-file annals-data/operator-key
  $ annals console invite --purpose share --name auditors --expires-in 30d`,
    )
    .action(
      async (
        flags: Flags & {
          readonly purpose: string;
          readonly role: string;
          readonly name?: string;
          readonly expiresIn?: string;
        },
      ) => {
        const { purpose, role, name, expiresIn } = flags;
        const connection = await resolveConnection(flags, context);
        const api = openApi({ ...connection, organisation: undefined }, context);
        const { organisation } = connection;
        const created = await withOrganisation(
          api.post(createdLinkSchema, '/v1/links', {
            purpose,
            role,
            ...(name !== undefined && { name }),
            ...(organisation !== undefined && { organisation }),
            ...(expiresIn !== undefined && { minutes: minutesOf(expiresIn) }),
          }),
        );
        const url = `${connection.api}${created.url}`;
        const { stdout, stderr } = context;
        stdout.write(flags.json === true ? jsonLine({ ...created, url }) : `${url}\n`);
        if (flags.json !== true) {
          stderr.write(`For ${created.role}; ${keyState(created, context.clock(), timeOf).text}\n`);
        }
      },
    );

  addList('links', 'list the links that can be opened, or whose sessions last', async (api) => ({
    rows: await api(pageOf(linkSchema), paths.link),
    columns: linkColumns(context.clock()),
    nothing: 'There are no links: annals console invite creates one',
  }));
  addList('people', 'list the people who sign in with passkeys', async (api) => ({
    rows: await api(pageOf(personSchema), paths.person),
    columns: personColumns,
    nothing: 'There are no people: annals console invite lets somebody in',
  }));
  addList('sessions', 'list the browsers that are signed in', async (api) => ({
    rows: await api(pageOf(sessionSchema), paths.session),
    columns: sessionColumns,
    nothing: 'Nobody is signed in',
  }));

  const revoke = command
    .command('revoke')
    .description('revoke a link or a person, with their sessions, or end one session')
    .addArgument(new Argument('<kind>', 'what it is').choices(Object.keys(paths)))
    .argument('<id>', 'its id, as the lists have it');
  addConnectionOptions(revoke)
    .option('--with-created', 'revoke what was created by it too')
    .option('--json', 'print a line of JSON')
    .addHelpText('after', '\nExample:\n  $ annals console revoke link 4fTq81LmW0aZ')
    .action(
      async (
        kind: Revocable,
        id: string,
        flags: Flags & { readonly withCreated?: boolean },
      ): Promise<void> => {
        const { withCreated = false } = flags;
        if (withCreated && kind === 'session') {
          throw new AnnalsError(
            'invalid',
            'Cannot revoke what a session created: it belongs to the key, link or person that signed in',
          );
        }
        const api = openApi(await resolveConnection(flags, context), context);
        const query = withCreated ? '?withCreated=true' : '';
        const path = `${paths[kind]}/${encodeURIComponent(id)}${query}`;
        const revoked = await api.delete(revokedSchema, path);
        const { created = [], owed = [] } = revoked;
        const { stdout, stderr } = context;
        stdout.write(
          flags.json === true ? jsonLine(revoked) : `Revoked the ${kind} ${revoked.id}\n`,
        );
        for (const one of owed) complain(context, `the ${kind} is revoked, but ${one}`);
        if (withCreated || created.length === 0) return;
        stderr.write(
          `It created API keys that are still valid: ${created.map((key) => key.id).join(', ')}\n`,
        );
        stderr.write(`To revoke them: annals console revoke ${kind} ${id} --with-created\n`);
      },
    );
  return command;

  function addList<Row extends object>(
    name: string,
    description: string,
    read: (
      getAll: <T>(
        schema: z.ZodType<{ items: T[]; nextCursor?: string }>,
        path: string,
      ) => Promise<T[]>,
    ) => Promise<{
      readonly rows: readonly Row[];
      readonly columns: readonly Column<Row>[];
      readonly nothing: string;
    }>,
  ): void {
    const list = command.command(name).description(description);
    addConnectionOptions(list)
      .option('--json', 'print a line of JSON for each')
      .addHelpText('after', `\nExample:\n  $ annals console ${name} -O acme`)
      .action(async (flags: Flags) => {
        const connection = await resolveConnection(flags, context);
        const { organisation } = connection;
        const api = openApi({ ...connection, organisation: undefined }, context);
        const query = organisation === undefined ? {} : { organisation };
        const { rows, columns, nothing } = await read((schema, path) =>
          withOrganisation(api.getAll(schema, path, query)),
        );
        await printRows(context, rows, columns, { json: flags.json, nothing });
      });
  }
}

/** Whole minutes. Throws `invalid` for a span that cannot be read. */
function minutesOf(span: string): number {
  return Math.max(1, Math.round(parseSince(span) / minute));
}
