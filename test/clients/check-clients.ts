/**
 * Generates clients in Python and Go from `/openapi.json` and works with them: `npm run test:clients`. Each client
 * creates an organisation and keys, records, lists, exports, and checks a proof, and compares what it reads with what
 * it recorded. Before that, the document is compared with what the server does (schemathesis). A line a step; exits with
 * 1 at the first difference. Needs Python and Go; the versions of the generators are fixed.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditEvent, Draft } from '../../src/core/event.ts';
import { operatorKey, ServerProcess } from '../server-process.fixture.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const goGenerator = 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2';

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Show nothing unless it fails. */
  readonly quiet?: boolean;
}

async function run(
  command: string,
  words: readonly string[],
  { cwd, env = {}, quiet = false }: RunOptions = {},
): Promise<void> {
  const child = spawn(command, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'exit');
  if (code === 0) return;
  throw new Error(`${[command, ...words].join(' ')} ended with ${code}\n${output}`);
}

function step(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A Python with what `python/requirements.txt` names. It is kept for the next time. */
async function preparePython(): Promise<string> {
  const requirements = join(here, 'python', 'requirements.txt');
  const cache = fileURLToPath(new URL('../../node_modules/.cache/clients', import.meta.url));
  const installed = join(cache, 'installed.txt');
  const text = await readFile(requirements, 'utf8');
  if ((await readFile(installed, 'utf8').catch(() => '')) !== text) {
    await run('python3', ['-m', 'venv', '--clear', cache], { quiet: true });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run(join(cache, 'bin', 'python'), [...pip, '-r', requirements], { quiet: true });
    await writeFile(installed, text);
  }
  return join(cache, 'bin');
}

/** Events with every kind of member: plain and free ones, numbers, texts and times, with and without personal fields. */
const drafts: readonly Draft[] = Array.from({ length: 30 }, (_, index) => ({
  eventID: `evt-${index}`,
  createdAt: `2026-06-${String((index % 5) + 1).padStart(2, '0')}T08:14:${String(index).padStart(2, '0')}.${String(index * 1_001).padStart(6, '0')}Z`,
  action: ['GET', 'POST', 'kms.decrypt'][index % 3] ?? '',
  resourceType: index % 2 === 0 ? 'kms_key' : 'cloud_vpc',
  description: `Event ${index}: “Ünïcode”, <b> & \\`,
  outcome: index % 7 === 0 ? 'failure' : 'success',
  ...(index % 4 === 0 && { user: { name: `Noor ${index}`, team: ['a', 'b'], level: index } }),
  ...(index % 4 === 1 && { userIdentity: `usr-${index}` }),
  context: {
    status: 200 + index,
    duration: index % 2 === 0 ? index + 0.25 : `${index}ms`,
    ...(index % 4 === 0 && { headers: { accept: ['*/*'] } }),
    custom: { nested: [1, 'two', true, { three: 3 }] },
  },
  changes: { before: { size: index }, after: { size: index + 1 } },
  details: { text: 'x', number: 1.5, list: [], object: {} },
}));

/** What a client recorded, as an own look at the server shows it. */
async function checkRecorded(server: ServerProcess, organisation: string): Promise<void> {
  const { key } = await server.json<{ key: string }>('POST', '/v1/keys', operatorKey, {
    organisation,
    role: 'org-auditor',
    name: 'check',
  });
  const { items } = await server.json<{ items: AuditEvent[] }>(
    'GET',
    '/v1/audit?limit=1000&order=asc',
    key,
  );
  const byId = (one: { eventID?: string }, other: { eventID?: string }) =>
    (one.eventID ?? '') < (other.eventID ?? '') ? -1 : 1;
  const recorded = items.map(
    ({ sequence: _sequence, recordedAt: _at, organizationIdentity: _organisation, ...draft }) =>
      draft,
  );
  assert.deepEqual(recorded.sort(byId), drafts.toSorted(byId));
  step(`${organisation}: the server has the ${drafts.length} events as they were sent`);
}

/** Requests that fit the document, and others that do not: the server must do with each what the document says. */
async function compareWithDocument(python: string, server: ServerProcess): Promise<void> {
  const { key } = await server.organisation('document');
  await server.json('POST', '/v1/audit/events', key, { events: drafts });
  const seed = process.env.ANNALS_TEST_SEED ?? String(randomInt(1, 1_000_000_000));
  step(`document: compared with the server, seed ${seed}`);
  await run(
    join(python, 'schemathesis'),
    [
      ...['--config-file', join(here, 'schemathesis.toml'), 'run', `${server.url}/openapi.json`],
      ...['--header', `Authorization: Bearer ${key}`],
      // A form of another vendor's making, the route that would revoke the key of this run, and a response without end.
      ...['createToken', 'revokeKey', 'streamEvents'].flatMap((id) => [
        '--exclude-operation-id',
        id,
      ]),
      ...[
        '--phases',
        'coverage,fuzzing',
        '--seed',
        seed,
        // The number decides, so that one seed tries the same on every machine; the time is for the slowest.
        '--max-examples',
        '8',
        '--max-time',
        '180',
        '--request-timeout',
        '20',
      ],
      ...['--warnings', 'off', '--no-color'],
    ],
    { cwd: work, quiet: true },
  );
  step('document: no difference');
}

const work = await mkdtemp(join(tmpdir(), 'annals-clients-'));
try {
  await using server = await ServerProcess.start();
  const document = join(work, 'openapi.json');
  await writeFile(document, await (await fetch(`${server.url}/openapi.json`)).text());
  const draftsFile = join(work, 'drafts.json');
  await writeFile(draftsFile, JSON.stringify(drafts));
  const env = {
    ANNALS_API: server.url,
    ANNALS_OPERATOR_KEY: operatorKey,
    ANNALS_DRAFTS: draftsFile,
  };

  const python = await preparePython();
  await run(join(python, 'openapi-spec-validator'), [document], { quiet: true });
  step('document: valid OpenAPI 3.0');
  await compareWithDocument(python, server);

  await cp(join(here, 'python'), join(work, 'python'), { recursive: true });
  await run(
    join(python, 'openapi-python-client'),
    [
      ...['generate', '--path', document, '--meta', 'none'],
      ...['--config', join(here, 'python', 'config.yaml')],
      ...['--output-path', join(work, 'python', 'annals_client')],
    ],
    { quiet: true },
  );
  step('python: generated');
  await run(join(python, 'python'), ['work.py'], { cwd: join(work, 'python'), env });
  await checkRecorded(server, 'python');

  await cp(join(here, 'go'), join(work, 'go'), { recursive: true });
  const go = { cwd: join(work, 'go'), quiet: true };
  await run('go', ['run', goGenerator, '-config', 'config.yaml', document], go);
  step('go: generated');
  await run('go', ['build', '-o', 'work', '.'], go);
  step('go: compiled');
  await run('./work', [], { cwd: join(work, 'go'), env });
  await checkRecorded(server, 'go');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
