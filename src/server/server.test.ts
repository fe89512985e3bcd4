import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pino } from 'pino';
import { createApiKey, formatKey } from '../access/key.ts';
import { systemClock } from '../core/micros.ts';
import { startServer } from './server.ts';
import { readSettings, type SettingName } from './settings.ts';

const places: string[] = [];
after(() => Promise.all(places.map((place) => rm(place, { recursive: true }))));

async function newPlace(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'annals-starting-'));
  places.push(place);
  return place;
}

const random = (bytes: Uint8Array) => void randomFillSync(bytes);
const start = (flags: Partial<Record<SettingName, string>>) =>
  startServer(readSettings({ port: '0', readers: '1', ...flags }, {}), {
    clock: systemClock,
    random,
    log: pino({ level: 'silent' }),
  });

describe('a start that fails', () => {
  it('says which file is damaged, and leaves nothing open', async () => {
    const data = await newPlace();
    const file = join(data, 'annals.db');
    await writeFile(file, 'This is no database, and long enough to be taken for a damaged one.');
    await assert.rejects(start({ data }), {
      code: 'unavailable',
      message: `Cannot open ${file}: file is not a database`,
    });
    await rm(file);
    await (await start({ data })).stop();
  });

  it('says what is wrong with an address or a directory, and can be repeated', async () => {
    const first = await start({ data: await newPlace() });
    const { port } = new URL(first.url);
    const data = await newPlace();
    const file = join(data, 'file');
    await writeFile(file, '');
    for (const [flags, message] of [
      [{ data, port }, `Cannot listen on 127.0.0.1, port ${port}: something listens there already`],
      [{ data, host: '203.0.113.1' }, /: this machine has no such address$/],
      [{ data: file }, /file cannot be made: something else has that name$/],
      [{ data: join(file, 'below') }, /below cannot be made: something else has the name of/],
    ] as const) {
      await assert.rejects(start(flags), { code: 'unavailable', message });
    }
    await first.stop();
    const second = await start({ data, port });
    assert.notEqual(second.createdOperatorKey, undefined);
    await second.stop();
  });
});

describe('a connection', () => {
  it('stays open for longer than proxies and clients keep one idle', async () => {
    const server = await start({ data: await newPlace() });
    const { headers } = await fetch(`${server.url}/healthz`);
    const seconds = Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1]);
    assert.ok(seconds > 60, `idle for ${seconds} s`);
    await server.stop();
  });
});

describe('a stop', () => {
  it('answers what is under way, and ends its connection', async () => {
    const operatorKey = formatKey(createApiKey(random));
    const server = await start({ data: await newPlace(), operatorKey });
    const body = '{"slug":"acme","name":"Acme"}';
    const headers = {
      Authorization: `Bearer ${operatorKey}`,
      'Content-Type': 'application/json',
      'Content-Length': body.length,
    };
    const agent = new Agent({ keepAlive: true });
    const asked = request(`${server.url}/v1/organisations`, { method: 'POST', headers, agent });
    await new Promise((written) => asked.write(body.slice(0, 5), written));
    // Another request on a later connection is answered: the first has been taken in by then.
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    const stopped = server.stop();
    asked.end(body.slice(5));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 201);
    assert.equal(response.headers.connection, 'close');
    response.resume();
    await stopped;
    agent.destroy();
  });
});

describe('the operator’s key', () => {
  const status = async (url: string, key: string) => {
    const headers = { Authorization: `Bearer ${key}` };
    return (await fetch(`${url}/v1/organisations`, { headers })).status;
  };

  it('is the one last given, and none that was replaced', async () => {
    const data = await newPlace();
    const [old, other] = [formatKey(createApiKey(random)), formatKey(createApiKey(random))];
    for (const operatorKey of [old, old, other]) {
      const server = await start({ data, operatorKey });
      assert.equal(server.createdOperatorKey, undefined);
      assert.equal(await status(server.url, operatorKey), 200);
      await server.stop();
    }
    const sameId = `${other.slice(0, -1)}${other.endsWith('x') ? 'y' : 'x'}`;
    for (const operatorKey of [old, sameId]) {
      await assert.rejects(start({ data, operatorKey }), {
        code: 'invalid',
        message:
          /^Cannot start: the id \w{12} of the operator’s key given is or was that of another key/,
      });
    }
    const server = await start({ data });
    assert.deepEqual([await status(server.url, other), await status(server.url, old)], [200, 401]);
    await server.stop();
  });
});
