import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import {
  type AddressInfo,
  connect as connectPlain,
  createServer as createPlainServer,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { systemClock } from '../core/micros.ts';
import { RequestBudget } from '../http/request-budget.ts';
import {
  authority,
  client,
  encryptedKey,
  expired,
  first,
  second,
  stranger,
  type TestCertificate,
} from './certificates.fixture.ts';
import { createHttpServer } from './http-server.ts';
import { ServerTls } from './server-tls.ts';
import { readTlsIdentity, type TlsFiles } from './tls-identity.ts';

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'annals-server-tls-'));
});
after(() => rm(directory, { recursive: true }));

/** A new directory with a pair, as `tls.crt` and `tls.key`. */
async function directoryWith(pair: TestCertificate): Promise<string> {
  const created = await mkdtemp(join(directory, 'pair-'));
  await writePair(created, pair);
  return created;
}

async function writePair(into: string, { cert, key }: TestCertificate): Promise<void> {
  await writeFile(join(into, 'tls.crt'), cert);
  await writeFile(join(into, 'tls.key'), key, { mode: 0o600 });
}

const filesIn = (path: string): TlsFiles => ({
  cert: join(path, 'tls.crt'),
  key: join(path, 'tls.key'),
  clientCa: undefined,
});

interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** A server that listens, and what it logged. */
async function startServer(files: TlsFiles, { requestSeconds = 60, pollMillis = 5 } = {}) {
  const lines: LogLine[] = [];
  const logged = new EventEmitter();
  const write = (line: string) => {
    lines.push(JSON.parse(line) as LogLine);
    logged.emit('line');
  };
  let [replaced, failed] = [0, 0];
  const tls = new ServerTls(await readTlsIdentity(files), {
    files,
    log: pino({}, { write }),
    clock: systemClock,
    pollMillis,
    onReplaced: () => ++replaced,
    onFailedHandshake: () => ++failed,
  });
  const budget = new RequestBudget({ maxBytes: 1e6, maxKeyBytes: 1e6, maxKeyRequests: 9 });
  const server = createHttpServer({
    fetch: () => new Response('served'),
    requestSeconds,
    exportSeconds: 60,
    budget,
    tls,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    tls,
    server,
    port,
    lines,
    counts: () => ({ replaced, failed }),
    /** Resolves to the first line, of those already there or to come, whose message matches. */
    async line(pattern: RegExp): Promise<LogLine> {
      for (;;) {
        const index = lines.findIndex(({ msg }) => pattern.test(msg));
        if (index >= 0) return lines.splice(index, 1)[0]!;
        await once(logged, 'line');
      }
    },
    async [Symbol.asyncDispose]() {
      tls.close();
      const closed = once(server, 'close');
      server.close();
      tls.closeHandshakes();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The unit in the certificate that a new connection gets. */
async function certificateAt(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: authority });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  // To a client the handshake is over earlier than to the server.
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  return String(subject.OU ?? 'first');
}

async function get(port: number, agent: Agent, pair?: TestCertificate): Promise<string> {
  const sent = request({ port, host: '127.0.0.1', agent, ca: authority, ...pair }).end();
  const [response] = await once(sent, 'response');
  return text(response);
}

describe('a certificate that is replaced', () => {
  it('is used for new connections, however its files were replaced, and open ones stay', async () => {
    const pairs = await mkdtemp(join(directory, 'links-'));
    await mkdir(join(pairs, '1'));
    await mkdir(join(pairs, '2'));
    await writePair(join(pairs, '1'), first);
    await writePair(join(pairs, '2'), second);
    await symlink('1', join(pairs, 'now'));
    for (const name of ['tls.crt', 'tls.key']) {
      await symlink(join('now', name), join(pairs, name));
    }
    await using running = await startServer(filesIn(pairs));
    const { port } = running;
    using agent = disposable(new Agent({ keepAlive: true, maxSockets: 1 }));
    let connections = 0;
    running.server.on('secureConnection', () => ++connections);
    assert.equal(await get(port, agent.it), 'served');
    const ways: readonly (readonly [string, string, () => Promise<void>])[] = [
      [
        'a link to a directory, as Kubernetes does',
        'second',
        async () => {
          await symlink('2', join(pairs, 'next'));
          await rename(join(pairs, 'next'), join(pairs, 'now'));
        },
      ],
      ['written in place', 'first', () => writePair(join(pairs, '2'), first)],
      [
        'renamed over',
        'second',
        async () => {
          for (const name of ['tls.crt', 'tls.key']) {
            const from = join(pairs, `new-${name}`);
            await writeFile(from, name === 'tls.crt' ? second.cert : second.key, { mode: 0o600 });
            await rename(from, join(pairs, name));
          }
        },
      ],
    ];
    assert.equal(await certificateAt(port), 'first');
    for (const [way, expected, replace] of ways) {
      await replace();
      await running.line(/^new connections get the TLS certificate that is in the files now/);
      assert.equal(await certificateAt(port), expected, way);
      assert.equal(await get(port, agent.it), 'served', way);
    }
    assert.equal(running.counts().replaced, ways.length);
    // One of the agent, and four that looked at the certificate.
    assert.equal(connections, 5);
  });

  it('is not used while it does not fit its key; that is logged once, and the old one stays', async () => {
    const path = await directoryWith(first);
    await using running = await startServer(filesIn(path), { pollMillis: 1_000_000 });
    await writeFile(join(path, 'tls.crt'), second.cert);
    await running.tls.reload();
    await running.tls.reload();
    const { msg, level } = await running.line(/^Cannot use the TLS files/);
    assert.match(msg, /the key in \S+\/tls\.key is not that of the certificate in \S+\/tls\.crt\./);
    assert.match(msg, /The certificate from before stays, which is valid until 2126-/);
    assert.equal(level, 50);
    assert.deepEqual(running.lines, []);
    assert.equal(await certificateAt(running.port), 'first');
    await writeFile(join(path, 'tls.key'), second.key);
    await running.tls.reload();
    await running.line(/^new connections get/);
    assert.equal(await certificateAt(running.port), 'second');
    await running.tls.reload();
    await running.line(/are those that are used already/);
    assert.equal(running.counts().replaced, 1);
  });

  it('may be gone for a moment: that is a problem only at the second look', async () => {
    const path = await directoryWith(first);
    const { cert } = filesIn(path);
    await using running = await startServer(filesIn(path));
    await rm(cert);
    assert.match((await running.line(/^Cannot use/)).msg, /there is no file \S+tls\.crt\. The /);
    await writeFile(cert, first.cert);
    await running.tls.reload();
    await running.line(/are those that are used already/);
  });
});

describe('files that cannot be used', () => {
  for (const [name, pair, expected] of [
    ['of two pairs', { ...first, key: second.key }, /^the key in \S+key is not that of the cert/],
    ['no certificate', { ...first, cert: first.key }, /tls\.crt has no certificate in PEM$/],
    ['no key', { ...first, key: first.cert }, /tls\.key has no private key in PEM$/],
    [
      'a damaged certificate',
      { ...first, cert: first.cert.replace(/.{40}\n/, 'A\n') },
      /^the certificate in \S+tls\.crt cannot be read$/,
    ],
    ['an encrypted key', { ...first, key: encryptedKey }, /^the key in \S+ is encrypted: decrypt/],
    ['too large', { ...first, cert: first.cert.repeat(2_000) }, /has more than 1048576 bytes$/],
    [
      'a chain that ends in rubbish',
      { ...first, cert: `${first.cert}${first.cert.replace(/.{40}\n/, 'A\n')}` },
      /^TLS cannot use \S+tls\.crt with \S+tls\.key: /,
    ],
  ] as const) {
    it(`are named: ${name}`, async () => {
      const files = filesIn(await directoryWith(pair));
      await assert.rejects(readTlsIdentity(files), { code: 'invalid', message: expected });
    });
  }

  it('are named: what is no file', async () => {
    const files = { ...filesIn(await directoryWith(first)), clientCa: directory };
    await assert.rejects(readTlsIdentity(files), { message: `${directory} is not a file` });
  });
});

describe('a warning', () => {
  it('is logged of an expired certificate and of a key that every user can read', async () => {
    const path = await directoryWith(expired);
    await chmod(join(path, 'tls.key'), 0o644);
    await using running = await startServer(filesIn(path));
    assert.equal((await running.line(/has expired, at 2025-01-01T00:00:00/)).level, 40);
    assert.match((await running.line(/every user/)).msg, /read \S+tls\.key: run chmod 600 \S+tls/);
    assert.equal(running.tls.identity.validTo, Date.UTC(2025, 0, 1) * 1_000);
  });
});

describe('a server that asks for client certificates', () => {
  it('serves those that its authority has issued, and speaks no HTTP with others', async () => {
    const path = await directoryWith(first);
    const clientCa = join(path, 'clients.pem');
    await writeFile(clientCa, authority);
    await using running = await startServer({ ...filesIn(path), clientCa });
    using agent = disposable(new Agent());
    assert.equal(await get(running.port, agent.it, client), 'served');
    await assert.rejects(get(running.port, agent.it));
    await assert.rejects(get(running.port, agent.it, stranger));
    assert.equal(running.counts().failed, 2);
  });
});

describe('a handshake', () => {
  it('must be over within the time for headers, also when its bytes come one by one', async () => {
    await using running = await startServer(filesIn(await directoryWith(first)), {
      requestSeconds: 1,
    });
    const { port } = running;
    using silent = disposable(connectPlain(port, '127.0.0.1'));
    using slow = disposable(connectPlain(port, '127.0.0.1'));
    const hello = await clientHello();
    let sent = 0;
    const bytes = setInterval(() => slow.it.write(hello.subarray(sent, ++sent)), 20);
    const ended = Promise.all([closed(silent.it), closed(slow.it)]);
    // After the handshake the time for headers counts, as without TLS.
    using late = disposable(connect({ port, host: '127.0.0.1', ca: authority }));
    late.it.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    assert.equal(await certificateAt(port), 'first');
    assert.match(
      await text(late.it),
      /^HTTP\/1\.1 408 .*its headers must arrive within 1 seconds/s,
    );
    await ended.finally(() => clearInterval(bytes));
    assert.ok(sent < hello.length);
    assert.equal(running.counts().failed, 2);
  });

  it('needs TLS 1.2, and a request in plain HTTP is closed', async () => {
    await using running = await startServer(filesIn(await directoryWith(first)));
    const { port } = running;
    const old = connect({
      port,
      host: '127.0.0.1',
      ca: authority,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    const plain = connectPlain(port, '127.0.0.1');
    plain.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.equal(await text(plain), '');
    assert.equal(running.counts().failed, 2);
  });

  it('that is under way does not hold up a stop', async () => {
    await using running = await startServer(filesIn(await directoryWith(first)));
    using silent = disposable(connectPlain(running.port, '127.0.0.1'));
    await once(running.server, 'connection');
    using served = disposable(connect({ port: running.port, host: '127.0.0.1', ca: authority }));
    await once(running.server, 'secureConnection');
    running.tls.closeHandshakes();
    await closed(silent.it);
    served.it.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [response] = await once(served.it, 'data');
    assert.match(String(response), /^HTTP\/1\.1 200 /);
  });
});

/** The first bytes of a TLS client. */
async function clientHello(): Promise<Buffer> {
  const listener = createPlainServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const accepted = once(listener, 'connection');
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  const [peer] = await accepted;
  const [bytes] = await once(peer, 'data');
  socket.destroy();
  listener.close();
  return bytes as Buffer;
}

/** Resolves once it is closed, in an orderly way or not. */
function closed(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function disposable<T extends { destroy(): unknown }>(it: T): Disposable & { readonly it: T } {
  return { it, [Symbol.dispose]: () => void it.destroy() };
}
