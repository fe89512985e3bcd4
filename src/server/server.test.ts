import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Logger, pino } from 'pino';
import { createApiKey, formatKey } from '../access/key.ts';
import { systemClock } from '../core/micros.ts';
import { startServer } from './server.ts';
import { readSettings, type SettingName } from './settings.ts';

const directories: string[] = [];
after(() => Promise.all(directories.map((one) => rm(one, { recursive: true }))));

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'annals-starting-'));
  directories.push(directory);
  return directory;
}

const random = (bytes: Uint8Array) => void randomFillSync(bytes);
const start = (
  flags: Partial<Record<SettingName, string>>,
  log: Logger = pino({ level: 'silent' }),
) =>
  startServer(readSettings({ port: '0', readers: '1', ...flags }, {}), {
    clock: systemClock,
    random,
    log,
  });

describe('a start that fails', () => {
  it('names the damaged file, and leaves nothing open', async () => {
    const data = await newDirectory();
    const file = join(data, 'annals.db');
    await writeFile(file, 'This is not a database, and long enough to be taken for a damaged one.');
    await assert.rejects(start({ data }), {
      code: 'unavailable',
      message: `Cannot open ${file}: file is not a database`,
    });
    await rm(file);
    await (await start({ data })).stop();
  });

  it('says what is wrong with an address or a directory, and can be repeated', async () => {
    const first = await start({ data: await newDirectory() });
    const { port } = new URL(first.url);
    const data = await newDirectory();
    const file = join(data, 'file');
    await writeFile(file, '');
    for (const [flags, message] of [
      [{ data, port }, `Cannot listen on 127.0.0.1, port ${port}: something already listens there`],
      [{ data, host: '203.0.113.1' }, /: this machine has no such address$/],
      [{ data: file }, /file cannot be created: something else has that name$/],
      [{ data: join(file, 'below') }, /below cannot be created: something else has the name of/],
    ] as const) {
      await assert.rejects(start(flags), { code: 'unavailable', message });
    }
    await first.stop();
    const second = await start({ data, port });
    assert.notEqual(second.createdOperatorKey, undefined);
    await second.stop();
  });
});

describe('a data directory that is open to others', () => {
  it('is used, and the log warns of it', async () => {
    const data = await newDirectory();
    const warned: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void warned.push(line) });
    for (const mode of [0o700, 0o777, 0o750]) {
      await chmod(data, mode);
      const settings = readSettings({ port: '0', readers: '1', data }, {});
      await (await startServer(settings, { clock: systemClock, random, log })).stop();
    }
    const lines = warned.filter((line) => line.includes('chmod 700'));
    assert.equal(lines.length, 2);
    assert.match(lines[0]!, /others may change the data directory \(its mode is 0777\)/);
    assert.match(lines[1]!, /others may read the data directory \(its mode is 0750\)/);
  });
});

describe('a connection', () => {
  it('stays open for longer than proxies and clients keep one idle', async () => {
    const server = await start({ data: await newDirectory() });
    const { headers } = await fetch(`${server.url}/healthz`);
    const seconds = Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1]);
    assert.ok(seconds > 60, `idle for ${seconds} s`);
    await server.stop();
  });
});

describe('metrics with an address of their own', () => {
  it('are served there alone, and a console that is off is served nowhere', async () => {
    const data = await newDirectory();
    const server = await start({ data, metricsAddress: '0', console: 'off' });
    for (const path of ['/', '/console', '/console/events', '/reference']) {
      assert.equal((await fetch(server.url + path, { redirect: 'manual' })).status, 404, path);
    }
    const statuses = [`${server.url}/metrics`, `${server.url}/healthz`, server.metricsUrl!];
    const { origin } = new URL(server.metricsUrl!);
    statuses.push(`${origin}/healthz`, `${origin}/v1/audit`);
    const found = await Promise.all(statuses.map(async (url) => (await fetch(url)).status));
    assert.deepEqual(found, [404, 200, 200, 404, 404]);
    assert.match(await (await fetch(server.metricsUrl!)).text(), /^annals_waiting_events 0$/m);
    await server.stop();
    await assert.rejects(fetch(server.metricsUrl!));
  });
});

describe('quotas of a day', () => {
  it('are as used up after a restart as before', async () => {
    const settings = { data: await newDirectory(), organisationBytesPerDay: '10' };
    const first = await start(settings);
    const post = async (url: string, key: string, path: string, body: object) => {
      const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
      const response = await fetch(url + path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return { status: response.status, ...((await response.json()) as { key?: string }) };
    };
    const operator = first.createdOperatorKey!.key;
    await post(first.url, operator, '/v1/organisations', { slug: 'acme', name: 'Acme' });
    const request = { organisation: 'acme', role: 'writer', name: 'app' };
    const { key = '' } = await post(first.url, operator, '/v1/keys', request);
    const record = async (url: string) =>
      (await post(url, key, '/v1/audit/events', { action: 'a' })).status;
    assert.deepEqual([await record(first.url), await record(first.url)], [201, 429]);
    await first.stop();
    const second = await start(settings);
    assert.equal(await record(second.url), 429);
    const metrics = await (await fetch(`${second.url}/metrics`)).text();
    assert.match(metrics, /^annals_quota_refusals_total{owner="organisation",unit="bytes"} 1$/m);
    await second.stop();
  });
});

describe('a session', () => {
  it('is still one after a restart, until it is ended', async () => {
    const settings = { data: await newDirectory() };
    const first = await start(settings);
    const headers = {
      Authorization: `Bearer ${first.createdOperatorKey!.key}`,
      'Content-Type': 'application/json',
    };
    const signedIn = await fetch(`${first.url}/v1/sessions`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    assert.equal(signedIn.status, 201);
    const Cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    await first.stop();
    const second = await start(settings);
    const status = async (method: string, path: string, site = 'same-origin') => {
      const asked = { method, headers: { Cookie, 'Sec-Fetch-Site': site } };
      return (await fetch(second.url + path, asked)).status;
    };
    assert.equal(await status('GET', '/v1/me'), 200);
    assert.equal(await status('DELETE', '/v1/sessions/current', 'cross-site'), 403);
    assert.equal(await status('POST', '/v1/sessions/passkey/options'), 400);
    assert.equal(await status('DELETE', '/v1/sessions/current'), 200);
    assert.equal(await status('GET', '/v1/me'), 401);
    await second.stop();
  });
});

describe('a stop', () => {
  it('ends streams with a reason, and a stream ends when its client is gone', async () => {
    const operatorKey = formatKey(createApiKey(random));
    const server = await start({ data: await newDirectory(), operatorKey });
    const headers = {
      Authorization: `Bearer ${operatorKey}`,
      'X-Organisation-Identity': 'system',
    };
    const openStreams = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(/^annals_open_streams (\d+)$/m.exec(text)?.[1]);
    };
    const leaving = new AbortController();
    const url = `${server.url}/v1/audit/stream`;
    const stream = await fetch(url, { headers });
    await fetch(url, { headers, signal: leaving.signal });
    assert.equal(await openStreams(), 2);
    leaving.abort();
    while ((await openStreams()) > 1);
    await server.stop();
    assert.match(await stream.text(), /\n\nevent: end\ndata: {"reason":"stopping",.*}\n\n$/);
  });

  it('finishes what is under way, and closes its connection', async () => {
    const operatorKey = formatKey(createApiKey(random));
    const server = await start({ data: await newDirectory(), operatorKey });
    const body = '{"slug":"acme","name":"Acme"}';
    const headers = {
      Authorization: `Bearer ${operatorKey}`,
      'Content-Type': 'application/json',
      'Content-Length': body.length,
    };
    const agent = new Agent({ keepAlive: true });
    const sent = request(`${server.url}/v1/organisations`, { method: 'POST', headers, agent });
    await new Promise((written) => sent.write(body.slice(0, 5), written));
    // A later request has its response, so the server has read the beginning of the first.
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    const stopped = server.stop();
    sent.end(body.slice(5));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 201);
    assert.equal(response.headers.connection, 'close');
    response.resume();
    await stopped;
    agent.destroy();
  });
});

describe('a directory of backups', () => {
  it('is no data directory, and gets no files', async () => {
    const data = await newDirectory();
    await mkdir(join(data, 'sealed'));
    await assert.rejects(start({ data }), {
      code: 'invalid',
      message: /it has backups\. annals restore creates a data directory from them/,
    });
    assert.deepEqual(await readdir(data), ['sealed']);
  });
});

describe('the log of the server', () => {
  it('has each start with its settings, and each orderly stop, and is signed', async () => {
    const data = await newDirectory();
    const operatorKey = formatKey(createApiKey(random));
    await (await start({ data, operatorKey })).stop();
    const server = await start({ data, operatorKey, unrecordedReads: 'serve' });
    const headers = {
      Authorization: `Bearer ${operatorKey}`,
      'X-Organisation-Identity': 'system',
    };
    const get = (path: string) => fetch(server.url + path, { headers });
    type Items = { items: { action: string; details?: { unrecordedReads: string } }[] };
    const read = async () => ((await (await get('/v1/audit?order=asc')).json()) as Items).items;
    const items = await read();
    assert.deepEqual(
      items.map(({ action, details }) => [action, details?.unrecordedReads]),
      [
        ['server.start', 'refuse'],
        ['server.stop', undefined],
        ['server.start', 'serve'],
      ],
    );
    assert.match(await (await get('/v1/audit/checkpoint')).text(), /^annals\/system\n/);
    await server.stop();
  });
});

describe('the operator’s key', () => {
  const status = async (url: string, key: string) => {
    const headers = { Authorization: `Bearer ${key}` };
    return (await fetch(`${url}/v1/organisations`, { headers })).status;
  };

  it('is created at the first start, in a file for its owner alone, until another is given', async () => {
    const data = await newDirectory();
    const first = await start({ data });
    const { key, file } = first.createdOperatorKey!;
    assert.equal(file, join(data, 'operator-key'));
    assert.equal(await readFile(file, 'utf8'), `${key}\n`);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal(await status(first.url, key), 200);
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
    const create = async (path: string, body: object) => {
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await fetch(first.url + path, request)).json()) as { readonly id: string };
    };
    await create('/v1/organisations', { slug: 'acme', name: 'Acme' });
    const link = await create('/v1/links', { purpose: 'passkey', organisation: 'acme' });
    await first.stop();
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const second = await start({ data }, log);
    assert.match(lines.splice(0).join(''), /the operator’s key is in the data directory, and in/);
    assert.equal(second.createdOperatorKey, undefined);
    assert.equal(await status(second.url, key), 200);
    await second.stop();
    await (await start({ data, operatorKey: formatKey(createApiKey(random)) }, log)).stop();
    const replaced = lines.find((line) => line.includes('the operator’s key was replaced'));
    assert.deepEqual(JSON.parse(replaced ?? '').stillValid, [link.id]);
    await assert.rejects(stat(file), { code: 'ENOENT' });
  });

  it('is the one given last, and not one that was replaced', async () => {
    const data = await newDirectory();
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
          /^Cannot start: the operator’s key that was given has the id \w{12}, which is or was that of another key/,
      });
    }
    assert.ok(!(await readdir(data)).includes('operator-key'));
    const server = await start({ data });
    assert.deepEqual([await status(server.url, other), await status(server.url, old)], [200, 401]);
    await server.stop();
  });
});
