/**
 * Runs nginx and Caddy with the configurations in `deploy/` in front of a server, and shows what gets through. Nothing of
 * these files is changed but names, ports and paths.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { authority, first } from '../../src/server/certificates.fixture.ts';
import { ServerProcess } from '../server-process.fixture.ts';
import { CuttingRelay } from './cutting-relay.ts';
import { shown } from './shown.ts';

const eventCount = 200_000;
const maxBodyBytes = 16 * 1024 * 1024;
const root = fileURLToPath(new URL('../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'annals-proxies-'));

/** A configuration of `deploy/` with other names. Each of them must occur, so that the check notices when it changes. */
function configuration(file: string, names: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(root, 'deploy', file), 'utf8');
  for (const [name, other] of Object.entries(names)) {
    assert.ok(text.includes(name), `${file} has no ${name}`);
    text = text.replaceAll(name, other);
  }
  return text;
}

interface Proxy {
  readonly name: string;
  readonly version: string;
  /** Starts it at this port, in front of that one. */
  start(port: number, upstream: number): ChildProcess;
  /** Whether trailers of a response get through. */
  readonly passesTrailers: boolean;
  /** Whether a client sees that a response was cut. */
  readonly showsCuts: boolean;
}

const certificate = join(work, 'cert.pem');
const key = join(work, 'key.pem');
const paths = {
  '/etc/annals/tls/fullchain.pem': certificate,
  '/etc/annals/tls/privkey.pem': key,
};

const nginx: Proxy = {
  name: 'nginx',
  version: execFileSync('sh', ['-c', 'nginx -v 2>&1'], { encoding: 'utf8' })
    .replace('nginx version: ', '')
    .trim(),
  passesTrailers: false,
  showsCuts: true,
  start(port, upstream) {
    const site = configuration('nginx/annals.conf', {
      ...paths,
      '443 ssl': `${port} ssl`,
      'audit.example.com': 'localhost',
      '127.0.0.1:8420': `127.0.0.1:${upstream}`,
    });
    const file = join(work, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(work, name)};`,
    );
    writeFileSync(
      file,
      `daemon off; pid ${join(work, 'nginx.pid')}; error_log ${join(work, 'nginx.log')};
events {}
http { access_log off; ${temporary.join(' ')}
${site} }`,
    );
    return spawn('nginx', ['-c', file, '-e', join(work, 'nginx.log')], {
      stdio: 'ignore',
    });
  },
};

const caddy: Proxy = {
  name: 'Caddy',
  version: `Caddy ${execFileSync('caddy', ['version'], { encoding: 'utf8' }).trim()}`,
  passesTrailers: true,
  // Those of 2.6: later versions break the connection.
  showsCuts: false,
  start(port, upstream) {
    const site = configuration('caddy/Caddyfile', {
      ...paths,
      'audit.example.com': `https://localhost:${port}, https://127.0.0.1:${port}`,
      '127.0.0.1:8420': `127.0.0.1:${upstream}`,
    });
    const file = join(work, 'Caddyfile');
    writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
    const home = join(work, 'caddy');
    mkdirSync(home, { recursive: true });
    const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
    return spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
      env,
      stdio: 'ignore',
    });
  },
};

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly localAddress?: string;
}

/** Sends a request with the key of the organisation. */
async function send(
  base: string,
  path: string,
  { headers = {}, body, ...options }: Sent = {},
): Promise<IncomingMessage> {
  const url = new URL(path, base);
  const outgoing = (url.protocol === 'https:' ? request : requestPlain)(url, {
    ca: authority,
    agent: false,
    headers: { authorization: `Bearer ${organisationKey}`, ...headers },
    ...options,
  });
  outgoing.end(body);
  // Once there is a response, the connection may still break below the body that is sent.
  outgoing.on('error', () => {});
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

const exportPath = '/v1/audit/export?format=ndjson';

/** Reads to the end, which may be that of a connection that broke. */
async function digest(response: IncomingMessage): Promise<{ sha256: string; isCut: boolean }> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of response) hash.update(chunk as Buffer);
  } catch {
    return { sha256: hash.digest('hex'), isCut: true };
  }
  return { sha256: hash.digest('hex'), isCut: !response.complete };
}

const program = [join(root, 'bin', 'annals.js')];

function annals(base: string, ...args: string[]): ChildProcess {
  const env = {
    ...process.env,
    ANNALS_API: base,
    ANNALS_KEY: organisationKey,
    ANNALS_CA_FILE: join(work, 'ca.pem'),
  };
  return spawn(process.execPath, [...program, ...args], {
    cwd: work,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function exportFile(base: string, name: string): Promise<{ bytes: Buffer; said: string }> {
  const child = annals(base, 'export', '--from', '2026-06-01', '--to', '2026-06-30', '-o', name);
  const said = text(child.stderr!);
  child.stdout!.resume();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, await said);
  return { bytes: readFileSync(join(work, name)), said: await said };
}

/** Records events through a proxy as others do: in batches, as NDJSON. */
async function recordEvents(base: string): Promise<void> {
  const started = Date.UTC(2026, 5, 1);
  for (let at = 0; at < eventCount; at += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, n) =>
      JSON.stringify({
        createdAt: new Date(started + (at + n) * 1_000).toISOString(),
        action: 'kms.decrypt',
        description: `Decrypted with the key ${at + n}`,
        userIdentity: `usr-${n % 97}`,
      }),
    );
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await send(base, '/v1/audit/events', {
      method: 'POST',
      headers,
      body: lines.join('\n'),
    });
    assert.equal(response.statusCode, 201, await text(response));
    response.resume();
  }
}

/** Events whose JSON has this many bytes together. */
function bodyOf(bytes: number): string {
  const body = (length: number, last: number) =>
    Array.from({ length }, (_, n) =>
      JSON.stringify({ action: 'large', description: 'x'.repeat(n === length - 1 ? last : 1_900) }),
    ).join('\n');
  const shortBy = bytes - Buffer.byteLength(body(8_000, 0));
  // The last one takes what is missing; half of it is in more of the others.
  const more = Math.floor(shortBy / 1_940);
  const whole = body(8_000 + more, 0);
  const result = body(8_000 + more, bytes - Buffer.byteLength(whole));
  assert.equal(Buffer.byteLength(result), bytes);
  return result;
}

/** The address in the record of an export whose client says that it is another one. */
async function recordedAddress(base: string, name: string): Promise<string | undefined> {
  const sent = { localAddress: '127.0.0.2', headers: { 'x-forwarded-for': '198.51.100.7' } };
  const response = await send(base, `/v1/audit/export?searchText=of-${name}`, sent);
  assert.equal(response.statusCode, 200, await text(response));
  type Item = { context?: { client_ip?: string }; details?: { query?: string } };
  const path = '/v1/audit?includeSystemServices=true&action=audit_log.export&limit=10';
  const list = JSON.parse(await text(await send(server.url, path))) as { items: Item[] };
  const record = list.items.find(({ details }) => details?.query === `?searchText=of-${name}`);
  return record?.context?.client_ip;
}

async function check(proxy: Proxy, direct: { sha256: string; file: Buffer }): Promise<void> {
  using relay = await CuttingRelay.start(Number(new URL(server.url).port));
  const port = await freePort();
  const child = proxy.start(port, relay.port);
  const base = `https://127.0.0.1:${port}`;
  try {
    for (let tries = 0; ; tries += 1) {
      const response = await send(base, '/healthz').catch(() => undefined);
      response?.resume();
      if (response?.statusCode === 200) break;
      assert.ok(tries < 200 && child.exitCode === null, `${proxy.name} does not start`);
      await sleep(50);
    }
    shown(`${proxy.version}: speaks TLS for the server`);

    const headers = { 'content-type': 'application/x-ndjson' };
    const largest = { method: 'POST', headers, body: bodyOf(maxBodyBytes) };
    const taken = await send(base, '/v1/audit/events', largest);
    assert.equal(taken.statusCode, 201, await text(taken));
    const tooLarge = { ...largest, body: `${largest.body}\n` };
    const refused = await send(base, '/v1/audit/events', tooLarge).catch(() => undefined);
    refused?.resume();
    // A connection may be closed while the body is still being sent; then there is no response to see.
    assert.ok(refused === undefined || refused.statusCode === 413);
    shown('a body of 16 MiB is recorded, a byte more is refused');

    const whole = await send(base, `${exportPath}&to=2026-07-01T00:00:00Z`);
    const got = await digest(whole);
    assert.deepEqual(got, { sha256: direct.sha256, isCut: false });
    shown(`an export of ${eventCount} events is the same, byte by byte`);
    const count = whole.trailers['annals-export-count'];
    assert.equal(count, proxy.passesTrailers ? String(eventCount) : undefined);
    shown(proxy.passesTrailers ? 'its trailers arrive' : 'its trailers are lost');

    const ofCommand = await exportFile(base, `${proxy.name}.json`);
    assert.ok(ofCommand.bytes.equals(direct.file));
    shown('annals export writes the same file as without the proxy');

    relay.cutOnceAfter(20_000_000);
    const cut = await digest(await send(base, `${exportPath}&to=2026-07-01T00:00:00Z`));
    assert.ok(relay.hasCut);
    assert.notEqual(cut.sha256, direct.sha256);
    assert.equal(cut.isCut, proxy.showsCuts);
    shown(
      proxy.showsCuts
        ? 'an export that the server breaks off is broken off'
        : 'an export that the server breaks off ends as if it were whole, without trailers',
    );

    relay.cutOnceAfter(1_000_000);
    const continued = await exportFile(base, `${proxy.name}-cut.json`);
    assert.ok(relay.hasCut);
    assert.match(continued.said, /cut/);
    assert.ok(continued.bytes.equals(direct.file));
    shown('annals export notices the cut, goes on, and writes the same file');

    const tail = annals(base, 'tail', '--lines', '0', '--interval', '0.1', '--json');
    const lines = createInterface(tail.stdout!);
    // Its first request is answered once another event would be new to it.
    const marks: string[] = [];
    let recording = true;
    const recordMarks = (async () => {
      for (let n = 0; recording && n < 100; n += 1) {
        const body = JSON.stringify({ action: 'mark', description: `${n}` });
        const mark = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
        (await send(base, '/v1/audit/events', mark)).resume();
        await sleep(100);
      }
    })();
    for await (const line of lines) {
      if ((JSON.parse(line) as { action: string }).action === 'mark') marks.push(line);
      if (marks.length === 3) break;
    }
    recording = false;
    await recordMarks;
    tail.kill('SIGTERM');
    assert.equal(marks.length, 3);
    shown('annals tail prints events while they are recorded');

    assert.equal(await recordedAddress(base, proxy.name), '127.0.0.2');
    shown('own records have the address of the client, whatever the client says of itself');

    const metrics = await send(base, '/metrics');
    metrics.resume();
    assert.equal(metrics.statusCode, 404);
    shown('/metrics is not served');
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

let organisationKey = '';
writeFileSync(certificate, first.cert);
writeFileSync(key, first.key, { mode: 0o600 });
writeFileSync(join(work, 'ca.pem'), authority);
const server = await ServerProcess.start(['--trusted-proxy', '127.0.0.1']);
try {
  organisationKey = (await server.organisation('acme')).key;
  await recordEvents(server.url);
  const { sha256 } = await digest(await send(server.url, `${exportPath}&to=2026-07-01T00:00:00Z`));
  const { bytes: file } = await exportFile(server.url, 'direct.json');
  assert.equal(await recordedAddress(server.url, 'nobody'), '127.0.0.2');
  for (const proxy of [nginx, caddy]) await check(proxy, { sha256, file });
} finally {
  await server[Symbol.asyncDispose]();
  rmSync(work, { recursive: true });
}
