import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventLines } from '../../bench/ingest.ts';
import { operatorKey, type ServerProcess } from '../../test/server-process.fixture.ts';
import { cloudTrailRecords } from './cloudtrail-records.ts';

const program = fileURLToPath(new URL('../../bin/annals.js', import.meta.url));

/** What the tests find on their server, as `ANNALS_CONSOLE_TEST` has it. */
export interface TestTrail {
  readonly url: string;
  readonly operatorKey: string;
  /** Of "acme": a trail of CloudTrail records and of a shop. Its admin, somebody who only reads, and what records. */
  readonly admin: string;
  readonly auditor: string;
  readonly writer: string;
  /** Of "clinic", another organisation with other events. */
  readonly stranger: string;
  /** Of "quiet", an organisation without events, and of "busy", to which tests add some. */
  readonly newcomer: string;
  readonly busy: string;
  /** Identity of a user whose personal fields were erased. */
  readonly erasedUser: string;
  /** How many events a list of "acme" has. */
  readonly total: number;
  /** Of "large", an organisation with very many events; only in the long run. */
  readonly large?: { readonly key: string; readonly events: number };
}

const recordsOfCloudTrail = 1_500;

/** Events of a shop, with what CloudTrail does not have: sentences, changes, people, traces. */
const shopEvents = [
  {
    action: 'order.refund',
    description: 'Refunded order 1042 because the parcel was lost',
    resourceType: 'order',
    resourceIdentity: 'order-1042',
    userIdentity: 'usr-noor',
    user: { name: 'Noor Haddad', email: 'noor@shop.example' },
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    sessionId: 'session-7',
    projectId: 'shop',
    context: { client_ip: '203.0.113.24', status: 200, country_code: 'NL', method: 'POST' },
    changes: {
      before: { status: 'paid', amount: { value: 4200, currency: 'EUR' }, tags: ['express'] },
      after: {
        status: 'refunded',
        amount: { value: 0, currency: 'EUR' },
        tags: ['express', 'lost'],
      },
    },
  },
  {
    action: 'customer.export',
    description: 'Exported the addresses of all customers',
    resourceType: 'customer_list',
    resourceIdentity: 'customers',
    userIdentity: 'usr-sam',
    user: { name: 'Sam Otieno', email: 'sam@shop.example' },
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    sessionId: 'session-8',
    projectId: 'shop',
    context: { client_ip: '198.51.100.7', status: 403, country_code: 'KE', method: 'GET' },
    error: 'The role support may not export customers',
  },
  {
    action: 'profile.read',
    description: 'Read a profile',
    resourceType: 'profile',
    resourceIdentity: 'profile-9',
    userIdentity: 'usr-left',
    user: { name: 'Somebody who left', email: 'left@shop.example' },
    context: { client_ip: '198.51.100.9', status: 200 },
  },
] as const;

/** Fills a new server. */
export async function fillTrail(server: ServerProcess): Promise<TestTrail> {
  const { key: admin } = await server.organisation('acme');
  const { key: stranger } = await server.organisation('clinic');
  const { key: newcomer } = await server.organisation('quiet');
  const { key: busy } = await server.organisation('busy');
  const keyOf = async (role: string, name: string) => {
    const body = { organisation: 'acme', role, name };
    return (await server.json<{ key: string }>('POST', '/v1/keys', operatorKey, body)).key;
  };
  const [auditor, writer] = [
    await keyOf('org-auditor', 'audit 2026'),
    await keyOf('writer', 'shop'),
  ];

  await importCloudTrail(server, writer);
  await server.json('POST', '/v1/audit/events', writer, {
    events: shopEvents.map((event, at) => ({
      ...event,
      createdAt: `2026-06-04T08:0${at}:00.512904Z`,
    })),
  });
  await server.json('POST', '/v1/audit/erasures', admin, { userIdentity: 'usr-left' });
  await server.json('POST', '/v1/audit/events', stranger, {
    events: [
      {
        action: 'patient.read',
        resourceType: 'patient',
        resourceIdentity: 'patient-3',
        userIdentity: 'usr-vera',
      },
      {
        action: 'patient.update',
        resourceType: 'patient',
        resourceIdentity: 'patient-3',
        userIdentity: 'usr-vera',
      },
    ],
  });
  return {
    url: server.url,
    operatorKey,
    admin,
    auditor,
    writer,
    stranger,
    newcomer,
    busy,
    erasedUser: 'usr-left',
    total: recordsOfCloudTrail + shopEvents.length,
  };
}

/** An organisation with so many generated events, and who may read them. */
export async function fillLargeTrail(
  server: ServerProcess,
  events: number,
): Promise<NonNullable<TestTrail['large']>> {
  const { key } = await server.organisation('large');
  for (let first = 0; first < events; first += 10_000) {
    const response = await fetch(`${server.url}/v1/audit/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/x-ndjson' },
      body: eventLines(first, Math.min(10_000, events - first)),
    });
    if (!response.ok) throw new Error(`Cannot fill the large trail: ${await response.text()}`);
    await response.arrayBuffer();
  }
  return { key, events };
}

/** As somebody who has the files of CloudTrail does it. */
async function importCloudTrail(server: ServerProcess, key: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'annals-console-'));
  try {
    const file = join(directory, 'trail.json');
    const keyFile = join(directory, 'key');
    const records = cloudTrailRecords(recordsOfCloudTrail, '2026-06-01T06:00:00Z');
    await writeFile(file, JSON.stringify({ Records: records }));
    await writeFile(keyFile, key, { mode: 0o600 });
    await promisify(execFile)(process.execPath, [
      program,
      'import',
      '--from',
      'cloudtrail',
      file,
      '--api',
      server.url,
      '--token-file',
      keyFile,
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
}
