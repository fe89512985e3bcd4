import { existsSync, readFileSync } from 'node:fs';
import type { ServerProcess } from '../server-process.fixture.ts';
import { RawConnection } from './raw-connection.fixture.ts';

/** A request that costs its sender little, and should cost the server little too. */
export interface AbusiveBody {
  readonly name: string;
  readonly path: string;
  readonly body: Buffer;
}

const events = '/v1/audit/events';
const multiproof = '/v1/audit/proof/multiproof';

/** @param scale 1 for bodies near 16 MiB; a smaller one for a quick test */
export function abusiveBodies(scale = 1): readonly AbusiveBody[] {
  const times = (text: string, count: number) => text.repeat(Math.ceil(count * scale));
  const members = Array.from({ length: 1_200_000 * scale }, (_, index) => `"k${index}":1`);
  const body = (name: string, path: string, text: string) => ({
    name,
    path,
    body: Buffer.from(text),
  });
  return [
    body('runs that are text', multiproof, `{"size":1,"runs":[${times('"a",', 3_500_000)}1]}`),
    body('runs that are numbers', multiproof, `{"size":1,"runs":[${times('1,', 8_000_000)}1]}`),
    body('runs that look valid', multiproof, `{"size":1,"runs":[${times('[0,0],', 2_200_000)}[]]}`),
    body('an event of many fields', events, `{"action":"a","details":{${members}}}`),
    body('a list of empty events', events, `{"events":[${times('{},', 5_200_000)}{}]}`),
    body('nesting without end', events, times('{"a":', 3_000_000)),
    body('white space', events, `{"events":[${times(' ', 16_000_000)}]}`),
    body('zeros', events, denseBatch('z', scale)),
    body('zeros that are not canonical', events, denseBatch('\\u007a', scale)),
  ];
}

/** Valid events that are as expensive as their size allows. */
function denseBatch(action: string, scale: number): string {
  const event = `{"action":"${action}","details":{"z":[${Array(32_000).fill(0)}]}}`;
  return `{"events":[${Array(Math.ceil(240 * scale)).fill(event)}]}`;
}

/** A valid request of nearly 16 MB. */
export function largeBatch(scale = 1): AbusiveBody {
  const event = (index: number) =>
    JSON.stringify({ action: `a${index}`, details: { text: 'x'.repeat(1_520) } });
  const list = Array.from({ length: 10_000 * scale }, (_, index) => event(index));
  return { name: 'a large batch', path: events, body: Buffer.from(`{"events":[${list}]}`) };
}

/** Sends a request on a connection of its own. Resolves to the status, or 0 when the connection was cut. */
export async function sendAbusive(
  url: string,
  key: string,
  { path, body }: AbusiveBody,
): Promise<number> {
  using connection = await RawConnection.open(url);
  void connection.send(requestHead(key, path, body.length)).then(() => connection.send(body));
  const response = await connection.answer;
  return Number(/^HTTP\/1.1 (\d+)/.exec(response)?.[1] ?? 0);
}

/** Sends a request except its last byte, and leaves the connection open. */
export async function sendAlmost(
  url: string,
  key: string,
  { path, body }: AbusiveBody,
): Promise<RawConnection> {
  const connection = await RawConnection.open(url);
  const head = requestHead(key, path, body.length);
  void connection.send(head).then(() => connection.send(body.subarray(0, -1)));
  return connection;
}

function requestHead(key: string, path: string, length: number): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: annals',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    'Connection: close',
    '',
    '',
  ].join('\r\n');
}

export interface AttackPlan {
  /** Of bodies near 16 MiB. */
  readonly scale: number;
  /** Large batches that are sent at once. */
  readonly batches: number;
  /** Requests that stay open without their last byte. */
  readonly slow: number;
}

/**
 * Sends everything to a server with the key of one organisation. Meanwhile and afterwards another organisation records:
 * rejects when it cannot. Resolves to the statuses of the responses, by what was sent.
 */
export async function attack(
  server: ServerProcess,
  { scale, batches, slow }: AttackPlan,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { key } = await server.organisation('attacker');
  const { key: other } = await server.organisation('other');
  const record = () => server.json('POST', events, other, { action: 'by somebody else' });
  const statuses = new Map<string, readonly number[]>();
  for (const body of abusiveBodies(scale)) {
    const [status] = await Promise.all([sendAbusive(server.url, key, body), record()]);
    statuses.set(body.name, [status]);
  }
  const batch = largeBatch(scale);
  const sent = Array.from({ length: batches }, () => sendAbusive(server.url, key, batch));
  await record();
  statuses.set(batch.name, await Promise.all(sent));
  const slowly = Array.from({ length: slow }, () => sendAlmost(server.url, key, batch));
  const connections = await Promise.all(slowly);
  await record();
  for (const connection of connections) connection[Symbol.dispose]();
  await record();
  return statuses;
}

/** The most memory that a process had so far, in MiB; undefined where the system does not say it. */
export function peakMebibytes(pid: number): number | undefined {
  const file = `/proc/${pid}/status`;
  const peak = existsSync(file) && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return peak ? Number(peak) / 1024 : undefined;
}
