import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { pino } from 'pino';
import { z } from 'zod';
import { createApiKey, formatKey } from '../../access/key.ts';
import { AnnalsError } from '../../core/errors.ts';
import { eventSchema } from '../../core/event.ts';
import { createRecorder } from '../../recorder/index.ts';
import { type RunningServer, startServer } from '../../server/server.ts';
import { readSettings } from '../../server/settings.ts';
import { type CliContext, Exit } from '../cli-context.ts';
import { openApi } from '../client-dependencies.ts';
import { exportCommand } from '../export.ts';
import { type Style, showsStyles, wrapWords, writeStyled } from '../terminal-text.ts';
import { verifyCommand } from '../verify.ts';
import { forgeExport } from './forge-export.ts';
import { startShop, useShop } from './shop.ts';

const pageSchema = z.object({ items: z.array(eventSchema) });

/** `annals demo`: a trail is recorded, exported, proved, and forged, which the verifier notices; in a few seconds. */
export function demoCommand(context: CliContext): Command {
  return new Command('demo')
    .option('--keep', 'keep the server running, so that you can try commands, until stopped')
    .addHelpText('after', '\nExamples:\n  $ annals demo\n  $ annals demo --keep')
    .action(async ({ keep = false }: { readonly keep?: boolean }) => {
      const directory = await mkdtemp(join(tmpdir(), 'annals-demo-'));
      try {
        await demonstrate(directory, keep, context);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
}

async function demonstrate(directory: string, keep: boolean, world: CliContext): Promise<void> {
  const hasStyles = showsStyles(world.stdout, world.env);
  const say = (line: string) => {
    writeStyled(world.stdout, line, hasStyles ? styleOf(line) : undefined);
    world.stdout.write('\n');
  };
  const operatorKey = formatKey(createApiKey(world.random));
  const settings = readSettings({ data: join(directory, 'data'), port: '0', operatorKey }, {});
  const server = await startServer(settings, {
    clock: world.clock,
    random: world.random,
    log: pino({ level: 'error' }, world.stderr),
  });
  try {
    say(`1. A server runs on ${server.url}, with an empty log.`);
    const keys = await createKeys(server, operatorKey, world);
    const recorded = await recordRequests(server, keys.writer, say);
    await showSecretReads(server, keys.admin, world, say);

    const env = { ANNALS_API: server.url, ANNALS_KEY: keys.admin };
    const context = { ...world, cwd: directory, env };
    await writeFile(join(directory, 'log.key'), `${server.verifierKey}\n`);

    say('3. $ annals export --since 24h --proof --output trail.ndjson');
    const exporting = ['--since', '24h', '--proof', '--output', 'trail.ndjson', '--quiet'];
    await runCommand(exportCommand, exporting, context);
    say('4. $ annals verify trail.ndjson --key log.key');
    const genuine = await verifyTrail(context);
    for (const line of eventLines(genuine)) say(line);

    const { sequence, before, after } = await forgeExport(directory, 'trail');
    say(`5. Somebody edits the export: in the event of sequence ${sequence} one byte is changed,`);
    say(`   ${before} becomes ${after}, and the checksum of the file is made to fit.`);
    say('6. $ annals verify trail.ndjson --key log.key');
    const forged = await verifyTrail(context);
    for (const line of eventLines(forged, genuine)) say(line);

    const isComplete = genuine.includes(` ${recorded} events `);
    const isNamed = forged.includes(`sequence ${sequence})`);
    if (!isComplete || / NOT PROVED/.test(genuine) || !/ NOT PROVED/.test(forged) || !isNamed) {
      throw new AnnalsError('internal', `The demonstration failed:\n${genuine}${forged}`);
    }
    if (keep) await runOn(directory, server, keys.admin, world, say);
    else goodbye(world, say);
  } finally {
    await server.stop();
  }
}

/** The commands, and what they found. */
function styleOf(line: string): Style | undefined {
  if (/^ +(changed:|NOT PROVED)/.test(line)) return 'bad';
  if (/^ +PROVED/.test(line)) return 'good';
  return /^\d\. \$ /.test(line) ? 'title' : undefined;
}

/** An organisation, with a key that records and one that reads. */
async function createKeys({ url }: RunningServer, operatorKey: string, world: CliContext) {
  const operator = openApi({ api: url, token: operatorKey, organisation: undefined }, world);
  await operator.post(z.unknown(), '/v1/organisations', { slug: 'acme', name: 'Acme Ltd' });
  const create = async (role: string) => {
    const body = { organisation: 'acme', role, name: `demo ${role}` };
    return (await operator.post(z.object({ key: z.string() }), '/v1/keys', body)).key;
  };
  return { writer: await create('writer'), admin: await create('org-admin') };
}

/** Runs the shop with a recorder and uses it. Returns how many events the server has acknowledged. */
async function recordRequests(
  { url }: RunningServer,
  key: string,
  say: (line: string) => void,
): Promise<number> {
  const recorder = createRecorder({ api: url, key, maxDelayMs: 50 });
  const shop = await startShop(recorder);
  const { sent, rejected } = await useShop(shop.url);
  await shop.stop();
  await recorder.close();
  const { delivered } = recorder.stats;
  say(`2. A small API beside it got ${sent} requests, rejected ${rejected} of them, and recorded`);
  say(`   ${delivered} events. Who has read the database password? GET /v1/audit says:`);
  return delivered;
}

async function showSecretReads(
  { url }: RunningServer,
  token: string,
  world: CliContext,
  say: (line: string) => void,
): Promise<void> {
  const reader = openApi({ api: url, token, organisation: undefined }, world);
  const query = { action: 'secrets.get_value', order: 'asc' };
  for (const event of (await reader.get(pageSchema, '/v1/audit', query)).items) {
    const { createdAt, action, userIdentity = '', resourceIdentity = '' } = event;
    say(
      `     ${createdAt.slice(11, 23)}  ${action}  ${userIdentity.padEnd(8)}  ${resourceIdentity}`,
    );
  }
}

async function verifyTrail(context: CliContext): Promise<string> {
  const args = ['trail.ndjson', '--key', 'log.key', '--quiet'];
  return runCommand(verifyCommand, args, context);
}

/** The lines of a report that are about the events, without those of an earlier report; fit for 80 columns. */
function eventLines(report: string, earlier = ''): string[] {
  const known = new Set(earlier.split('\n'));
  return report
    .split('\n')
    .filter((line) => /^ {2}(?! |log |only |missing:)/.test(line) && !known.has(line))
    .flatMap((line) => wrapWords(line.trim(), 75).map((part) => `     ${part}`));
}

/** Runs a command in this context, and returns what it wrote to stdout. That it was not successful is in the text. */
async function runCommand(
  create: (context: CliContext) => Command,
  args: readonly string[],
  context: CliContext,
): Promise<string> {
  const stdout = new PassThrough();
  const written = text(stdout);
  try {
    await create({ ...context, stdout }).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  } finally {
    stdout.end();
  }
  return written;
}

/** npm and npx set a variable; without them the command is on the path. */
const commandName = ({ env }: CliContext) =>
  env.npm_command === undefined ? 'annals' : 'npx annals';

function goodbye(world: CliContext, say: (line: string) => void): void {
  const annals = commandName(world);
  say('The event is named, and no server was asked. All of this is deleted now. Next:');
  say(`  ${annals} demo --keep    the same, and the server runs on, to try things`);
  say(`  ${annals} serve          a server of your own; the README goes on from there`);
}

async function runOn(
  directory: string,
  { url }: RunningServer,
  key: string,
  world: CliContext,
  say: (line: string) => void,
): Promise<void> {
  const annals = commandName(world);
  const keyFile = join(directory, 'acme.key');
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 });
  say(`The server runs on ${url} until Ctrl-C.`);
  say('In a browser, this link signs in once:');
  say(`  ${await signInLink(url, key, world)}`);
  const page = await fetch(`${url}/console`);
  if (!page.ok) say('The console is not built in this clone. First: npm run build:console');
  say('In another terminal:');
  say(`  export ANNALS_API=${url}`);
  say(`  export ANNALS_KEY_FILE=${keyFile}`);
  say(`  ${annals} tail`);
  say(`  ${annals} export --since 24h --proof --output again.ndjson`);
  say(`  ${annals} verify again.ndjson --key ${join(directory, 'log.key')}`);
  if (!world.signal.aborted) await once(world.signal, 'abort');
}

/** The address of the console for somebody who has no key. */
async function signInLink(api: string, token: string, world: CliContext): Promise<string> {
  const admin = openApi({ api, token, organisation: undefined }, world);
  const link = { purpose: 'sign-in', role: 'org-admin', name: 'demo', minutes: 60 };
  const { url } = await admin.post(z.looseObject({ url: z.string() }), '/v1/links', link);
  return api + url;
}
