import { randomFillSync } from 'node:crypto';
import { pino } from 'pino';
import { createApiKey, formatKey } from '../../src/access/key.ts';
import { type Clock, systemClock } from '../../src/core/micros.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { readSettings, type SettingName } from '../../src/server/settings.ts';

const random = (bytes: Uint8Array) => void randomFillSync(bytes);
const operatorKey = formatKey(createApiKey(random));

/** A whole server in this process, where its clock and its threads can be reached. */
export function startInProcessServer(
  data: string,
  clock: Clock = systemClock,
  flags: Partial<Record<SettingName, string>> = {},
): Promise<RunningServer> {
  return startServer(readSettings({ data, port: '0', operatorKey, ...flags }, {}), {
    clock,
    random,
    log: pino({ level: 'silent' }),
  });
}

/** Asks and gives the answer's text; throws on any other status than a good one. */
export async function sendRequest(
  { url }: RunningServer,
  key: string,
  path: string,
  body?: object | URLSearchParams,
): Promise<string> {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      Authorization: `Bearer ${key}`,
      'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    },
    ...(body !== undefined && { body: isForm ? body.toString() : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text;
}

/** A key that may do everything in an organisation of its own. */
export async function createKey(server: RunningServer): Promise<string> {
  await sendRequest(server, operatorKey, '/v1/organisations', { slug: 'acme', name: 'Acme' });
  const wanted = { organisation: 'acme', role: 'org-admin', name: 'test' };
  return (JSON.parse(await sendRequest(server, operatorKey, '/v1/keys', wanted)) as { key: string })
    .key;
}
