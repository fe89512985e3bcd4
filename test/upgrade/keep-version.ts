/**
 * `npm run keep-version`: keeps a data directory of this version in `test/upgrade`, for a release. Every later version has
 * to read it. Two organisations, a sealed segment and one that takes events, a quota, a key that was revoked,
 * erased persons, and own records.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { zstdCompressSync } from 'node:zlib';
import { version } from '../../src/server/version.ts';
import { operatorKey, ServerProcess } from '../server-process.fixture.ts';
import type { KeptLog, KeptVersion } from './kept-version.fixture.ts';

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

async function fill(server: ServerProcess, slug: string, batchEvents: number): Promise<string> {
  const { key } = await server.organisation(slug);
  for (let batch = 0; batch < 3; batch += 1) {
    const events = Array.from({ length: batchEvents }, (_, n) => ({
      action: ['kms.decrypt', 'secrets.get_value', 'GET'][n % 3],
      resourceType: 'kms_key',
      resourceIdentity: `kms-${n}`,
      userIdentity: `usr-${n % 4}`,
      user: { name: `Person ${n % 4}`, email: `person-${n % 4}@example.org` },
      context: {
        status: n % 5 === 0 ? 403 : 200,
        client_ip: `192.0.2.${n % 250}`,
        path: `/keys/${n}`,
      },
      details: { batch, text: 'Übergröße 🔑' },
    }));
    await server.json('POST', '/v1/audit/events', key, { events });
  }
  const writer = await server.json<{ id: string }>('POST', '/v1/keys', key, {
    role: 'writer',
    name: 'old',
  });
  await fetch(`${server.url}/v1/keys/${writer.id}`, { method: 'DELETE', headers: bearer(key) });
  await server.json('POST', '/v1/audit/erasures', key, { userIdentity: 'usr-1' });
  return key;
}

async function textOf(server: ServerProcess, path: string, key: string): Promise<string> {
  const response = await fetch(server.url + path, { headers: bearer(key) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.text();
}

await using server = await ServerProcess.start([
  '--segment-events',
  '1000',
  '--checkpoint-seconds',
  '1',
]);
const printedKey = () => /verified by: (\S+)\n/.exec(server.output)?.[1];
while (printedKey() === undefined) await setTimeout(10);
const verifierKey = printedKey() ?? '';
const logs: KeptLog[] = [];
for (const [slug, batchEvents] of [
  ['acme', 350],
  ['globex', 20],
] as const) {
  const key = await fill(server, slug, batchEvents);
  // Asked for after the export, it has every event of it.
  const exported = await textOf(
    server,
    '/v1/audit/export?format=ndjson&includeSystemServices=true',
    key,
  );
  const events = exported.trimEnd().split('\n').length;
  let checkpoint = '';
  while (!(Number(checkpoint.split('\n')[1]) >= events)) {
    checkpoint = await textOf(server, '/v1/audit/checkpoint', key);
    await setTimeout(100);
  }
  const exportedBytes = Buffer.byteLength(exported);
  const exportedSha256 = createHash('sha256').update(exported).digest('hex');
  logs.push({ slug, key, exportedBytes, exportedSha256, checkpoint, verifierKey });
}
const quotas = { eventsPerSecond: 500 };
await server.json('PATCH', '/v1/organisations/acme', operatorKey, { quotas });
await server.end('SIGTERM');
const files = readdirSync(server.data, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'ballast')
  .map((entry) => join(entry.parentPath, entry.name))
  .toSorted();
const contents = files.map((file) => readFileSync(file));
const said: KeptVersion = { operatorKey, logs };
const names = files.map((file, index) => [
  file.slice(server.data.length + 1),
  contents[index]!.length,
]);
const header = `${JSON.stringify({ files: names, ...said })}\n`;
const kept = fileURLToPath(new URL(`${version}.zst`, import.meta.url));
writeFileSync(kept, zstdCompressSync(Buffer.concat([Buffer.from(header), ...contents])));
process.stdout.write(`Kept a data directory of ${version} in ${kept}\n`);
