/**
 * Reads a trail as the vendors' tools for Go do, with Go's own decoder: `npm run test:clients`. The events have every value
 * that can be recorded, drawn from a seed that is printed. Needs Go and nothing else.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { ownService } from '../../src/core/event.ts';
import { anyDraft } from '../../src/dialects/mapping.fixture.ts';
import { ServerProcess } from '../server-process.fixture.ts';

const source = fileURLToPath(new URL('./vendors', import.meta.url));
const eventCount = 300;
const seed = Number(process.env.ANNALS_TEST_SEED ?? 1 + Math.floor(Math.random() * 1_000_000));
/** Members that the vendors' clients know, for what a producer writes into `details.<vendor>`. */
const members = {
  thalassa: ['createdAt', 'eventID', 'user', 'serviceAccount', 'organization', 'context'],
  upcloud: ['time', 'cloud_event_id', 'action', 'account_username', 'ip_address'],
  cockroachdb: ['id', 'created_at', 'action', 'source', 'metadata', 'payload', 'error'],
};

async function run(command: string, words: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(command, words, {
    cwd: source,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${[command, ...words].join(' ')} ended with ${code}`);
}

const work = await mkdtemp(join(tmpdir(), 'annals-vendors-'));
try {
  process.stdout.write(`vendors: seed ${seed}\n`);
  const any = fc.oneof(
    ...Object.entries(members).map(([vendor, names]) => anyDraft(vendor, names)),
  );
  const drafts = fc
    .sample(any, { seed, numRuns: eventCount })
    .filter(({ context }) => context?.system_service !== ownService)
    .map(({ organizationIdentity: _, ...draft }, index) => ({ ...draft, eventID: `v-${index}` }));
  await using server = await ServerProcess.start([
    ...['--dialects', 'thalassa=/thalassa,upcloud,cockroachdb'],
    ...['--cockroachdb-requests-per-second', '0'],
  ]);
  const { key } = await server.organisation('vendors');
  // The first half in as few seconds as possible, the others over some seconds.
  for (let at = 0; at < drafts.length; at += 30) {
    const events = drafts.slice(at, at + 30);
    await server.json('POST', '/v1/audit/events', key, { events });
    if (at > drafts.length / 2) await new Promise((resolve) => setTimeout(resolve, 400));
  }
  const ids = join(work, 'ids.json');
  await writeFile(ids, JSON.stringify(drafts.map(({ eventID }) => eventID)));
  const binary = join(work, 'vendors');
  await run('go', ['build', '-o', binary, '.']);
  await run(binary, [], { ANNALS_API: server.url, ANNALS_KEY: key, ANNALS_IDS: ids });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
