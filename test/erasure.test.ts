import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkDataDirectory } from '../src/store/segmented/check.ts';
import { operatorKey, ServerProcess } from './server-process.fixture.ts';
import { exportProved, temporary, verifierKeyOf } from './verify/recorded-log.fixture.ts';
import { annals, verify } from './verify/run-command.fixture.ts';

const perDay = 100;
const drafts = ['2026-06-01', '2026-06-02', '2026-06-03'].flatMap((day) =>
  Array.from({ length: perDay }, (_, n) => ({
    eventID: `evt-${day}-${n}`,
    createdAt: `${day}T12:00:00.${String(n).padStart(6, '0')}Z`,
    action: 'vault.open',
    description: `Opened the vault ${n}`,
    userIdentity: `usr-${n % 4}`,
    user: {
      subject: `s-${n % 4}`,
      name: `Noor the ${n % 4}th`,
      email: `noor-${n % 4}@example.com`,
    },
    context: { client_ip: `2001:db8::${n % 4}:`, path: `/vaults/${n}` },
  })),
);
/** What must not be found after usr-1 is erased. */
const traces = ['Noor the 1th', 'noor-1@example.com', '2001:db8::1:'];

interface Inclusion {
  readonly leaf: string;
  readonly root: string;
  readonly hashes: readonly string[];
}

describe('erasing a person on a real server', () => {
  it('leaves every proof as it was, from before and from after, and no trace', async () => {
    await using directory = await temporary();
    await using server = await ServerProcess.start();
    const { key } = await server.organisation('acme');
    await server.json('POST', '/v1/audit/events', key, { events: drafts });
    for (const name of ['before', 'after']) await mkdir(join(directory.path, name));
    const inclusion = () =>
      server.json<Inclusion>(
        'GET',
        '/v1/audit/proof/inclusion?eventID=evt-2026-06-02-1&size=300',
        key,
      );
    await exportProved(server, key, directory.path, '--output', 'before/mine.json');
    const included = await inclusion();

    const connection = ['--api', server.url, '--token', key];
    const flags = ['--user-identity', 'usr-1', '--yes', '--json', ...connection];
    const { stdout } = await annals(directory.path, 'erase', ...flags);
    const { erased, alreadyErased } = JSON.parse(stdout) as Record<string, number>;
    assert.deepEqual([erased, alreadyErased], [75, 0]);

    const list = await server.json<{ totalItems: number }>(
      'GET',
      '/v1/audit?userIdentity=usr-1',
      key,
    );
    assert.equal(list.totalItems, 75);
    assert.deepEqual(await inclusion(), included);
    await exportProved(server, key, directory.path, '--output', 'after/mine.json');
    const after = await readFile(join(directory.path, 'after', 'mine.json'), 'utf8');
    for (const trace of traces) assert.ok(!after.includes(trace), trace);
    assert.ok(after.includes('noor-2@example.com'));
    assert.equal(after.match(/"personal":"[0-9a-f]{64}"/g)?.length, 75);

    const verifier = await verifierKeyOf(server, key);
    await server.end('SIGTERM');
    for (const name of ['before', 'after']) {
      const { proved, findings } = await verify(join(directory.path, name), '.', '--key', verifier);
      assert.deepEqual([proved, findings], [true, []], name);
    }
    for await (const { problem } of checkDataDirectory(server.data))
      assert.equal(problem, undefined);
    for (const file of await readdir(server.data, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = await readFile(join(file.parentPath, file.name));
      for (const trace of traces) assert.ok(!bytes.includes(trace), `${trace} in ${file.name}`);
    }

    // The start computes the tail of the log again.
    await server.start();
    assert.deepEqual(await inclusion(), included);
    const receipt = await server.json('POST', '/v1/audit/events', key, { events: drafts });
    assert.deepEqual(
      { ...(receipt as object), checkpointSize: 0 },
      { accepted: 0, duplicates: 300, firstSequence: 2, lastSequence: 301, checkpointSize: 0 },
    );
  });

  it('erases further personal fields of an organisation too', async () => {
    await using directory = await temporary();
    await using server = await ServerProcess.start();
    const connection = ['--api', server.url, '--token', operatorKey];
    const paths = ['--personal-path', 'userIdentity', '--personal-path', 'description'];
    assert.equal(
      (await annals(directory.path, 'orgs', 'create', 'strict', ...paths, ...connection)).code,
      0,
    );
    const created = await annals(
      directory.path,
      ...['keys', 'create', '-O', 'strict', '--role', 'org-admin', '--name', 'test', ...connection],
    );
    const key = created.stdout.trim();
    await server.json('POST', '/v1/audit/events', key, { events: drafts });
    await server.json('POST', '/v1/audit/erasures', key, { userIdentity: 'usr-1' });
    const list = await server.json<{ totalItems: number }>(
      'GET',
      '/v1/audit?userIdentity=usr-1',
      key,
    );
    assert.equal(list.totalItems, 0);
    await server.end('SIGKILL');
    await server.start();
    await exportProved(server, key, directory.path, '--output', 'mine.json');
    const verifier = await verifierKeyOf(server, key);
    const { proved, findings } = await verify(directory.path, '.', '--key', verifier);
    assert.deepEqual([proved, findings], [true, []]);
    const exported = await readFile(join(directory.path, 'mine.json'), 'utf8');
    assert.equal(exported.match(/Opened the vault/g)?.length, 225);
  });
});
