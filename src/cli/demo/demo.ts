import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { z } from 'zod';
import { createApiKey, formatKey } from '../../access/key.ts';
import { AnnalsError } from '../../core/errors.ts';
import { type AuditEvent, eventSchema } from '../../core/event.ts';
import { createRecorder } from '../../recorder/index.ts';
import { startServer } from '../../server/server.ts';
import { readSettings } from '../../server/settings.ts';
import type { CliContext } from '../cli-context.ts';
import { openApi } from '../client-dependencies.ts';
import { exportCommand } from '../export.ts';
import { startShop, useShop } from './shop.ts';

/** `annals demo`: the main job from end to end, on real requests, in a few seconds. */
const pageSchema = z.object({ items: z.array(eventSchema), totalItems: z.number() });

export function demoCommand(context: CliContext): Command {
  return new Command('demo')
    .description('show the main job: serve, record real requests, export them, read them back')
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

async function demonstrate(directory: string, keep: boolean, context: CliContext): Promise<void> {
  const say = (line: string) => void context.stdout.write(`${line}\n`);
  const operatorKey = formatKey(createApiKey(context.random));
  const settings = readSettings({ data: join(directory, 'data'), port: '0', operatorKey }, {});
  const server = await startServer(settings, {
    clock: context.clock,
    random: context.random,
    log: pino({ level: 'error' }, context.stderr),
  });
  try {
    say(`1. A server runs on ${server.url}, with an empty data directory.`);
    const operator = openApi(
      { api: server.url, token: operatorKey, organisation: undefined },
      context,
    );
    await operator.post(z.unknown(), '/v1/organisations', { slug: 'acme', name: 'Acme Ltd' });
    const key = async (role: string) =>
      (
        await operator.post(z.object({ key: z.string() }), '/v1/keys', {
          organisation: 'acme',
          role,
          name: `demo ${role}`,
        })
      ).key;
    const [writer, admin] = [await key('writer'), await key('org-admin')];
    say('2. It has an organisation, acme, with a key that writes and a key that reads.');

    const recorder = createRecorder({ api: server.url, key: writer, maxDelayMs: 50 });
    const shop = await startShop(recorder);
    const { sent, rejected } = await useShop(shop.url);
    await shop.stop();
    await recorder.close();
    say(
      `3. A small API on ${shop.url} got ${sent} requests, rejected ${rejected} of them, and recorded`,
    );
    say(
      `   ${recorder.stats.delivered} events: each call, and each login and secret read beside it.`,
    );

    const reader = openApi({ api: server.url, token: admin, organisation: undefined }, context);
    const list = await reader.get(pageSchema, '/v1/audit', {
      action: 'secrets.get_value,auth.login_failed',
    });
    say(`4. GET /v1/audit finds ${list.totalItems} secret reads and failed logins, newest first:`);
    for (const { createdAt, action, userIdentity, resourceIdentity, outcome } of list.items) {
      const what = [action, userIdentity ?? 'somebody', resourceIdentity ?? '', outcome].join('  ');
      say(`     ${createdAt}  ${what}`);
    }

    const { file, events } = await exportLastDay(directory, server.url, admin, context);
    say(
      `5. annals export --since 24h wrote ${file} and its manifest; read back: ${events} events, each once.`,
    );
    if (events !== recorder.stats.delivered) {
      throw new AnnalsError(
        'internal',
        `The export has ${events} events, but ${recorder.stats.delivered} were recorded`,
      );
    }
    if (!keep) {
      say('Done; its data is deleted. Next:');
      say('  npx annals demo --keep     the same, and it keeps running for your own commands');
      say('  npx annals serve           a server of your own; README.md continues from there');
      return;
    }
    say('It runs until Ctrl-C. In another terminal:');
    const keyFile = join(directory, 'acme.key');
    await writeFile(keyFile, `${admin}\n`, { mode: 0o600 });
    say(`  export ANNALS_API=${server.url} ANNALS_KEY_FILE=${keyFile}`);
    say('  npx annals tail');
    say('  npx annals export --since 24h --action secrets.get_value --output -');
    if (!context.signal.aborted) await once(context.signal, 'abort');
  } finally {
    await server.stop();
  }
}

/** Runs the export command, and reads the file that it wrote. */
async function exportLastDay(parent: string, api: string, token: string, context: CliContext) {
  const directory = join(parent, 'export');
  await mkdir(directory);
  const env = { ANNALS_API: api, ANNALS_KEY: token };
  await exportCommand({ ...context, cwd: directory, env }).parseAsync(
    ['--since', '24h', '--quiet'],
    { from: 'user' },
  );
  const names = await readdir(directory);
  const file = names.find((name) => name.endsWith('.json') && !name.endsWith('.manifest.json'));
  if (file === undefined) throw new AnnalsError('internal', `No export among ${names.join(', ')}`);
  const events = JSON.parse(await readFile(join(directory, file), 'utf8')) as AuditEvent[];
  return { file, events: new Set(events.map(({ eventID }) => eventID)).size };
}
