/** A server that speaks TLS and wants client certificates, and the command as its client. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../src/cli/run-command.fixture.ts';
import {
  authority,
  client,
  first,
  second,
  stranger,
  type TestCertificate,
} from '../src/server/certificates.fixture.ts';
import { operatorKey, ServerProcess } from './server-process.fixture.ts';

describe('a server with TLS', () => {
  let directory = '';
  let server: ServerProcess;
  let env: Record<string, string> = {};
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-tls-'));
    await writeFile(join(directory, 'ca.pem'), authority);
    for (const [name, pair] of Object.entries({ client, stranger })) {
      await writeFile(join(directory, `${name}.pem`), pair.cert + pair.key, { mode: 0o600 });
    }
    await writePair(first);
    const files = ['cert', 'key'].flatMap((name) => [`--tls-${name}`, join(directory, name)]);
    const ca = join(directory, 'ca.pem');
    // The tests read what is logged, and the metrics without a certificate.
    const flags = ['--log-level', 'info', '--metrics-address', '0'];
    server = await ServerProcess.start([...files, '--tls-client-ca', ca, ...flags]);
    env = { ANNALS_API: server.url, ANNALS_CA_FILE: 'ca.pem', ANNALS_CLIENT_CERT: 'client.pem' };
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  async function writePair({ cert, key }: TestCertificate): Promise<void> {
    for (const [name, text] of Object.entries({ cert, key })) {
      await writeFile(join(directory, `${name}.new`), text, { mode: 0o600 });
      await rename(join(directory, `${name}.new`), join(directory, name));
    }
  }

  const annals = (line: string, change: Record<string, string> = {}, input?: string) =>
    runCommand(line.split(' '), {
      cwd: directory,
      env: { ...env, ...change },
      ...(input !== undefined && { input }),
    });
  const succeed = async (...args: Parameters<typeof annals>) => {
    const result = await annals(...args);
    assert.equal(result.code, 0, result.stderr);
    return result.stdout;
  };

  it('prints an https address, and serves the command that shows its certificate', async () => {
    assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    await succeed('orgs create acme', { ANNALS_KEY: operatorKey });
    await succeed('keys create -O acme --role org-admin --name test --output acme.key', {
      ANNALS_KEY: operatorKey,
    });
    env.ANNALS_KEY_FILE = 'acme.key';
    const drafts = Array.from({ length: 3_000 }, (_, n) => `{"action":"a","description":"${n}"}`);
    await succeed('import -', {}, drafts.join('\n'));
    await succeed('export --since 1h --output events.json --quiet');
    const events = JSON.parse(await readFile(join(directory, 'events.json'), 'utf8')) as object[];
    assert.equal(events.length, 3_000);
    const sent = request(`${server.url}/v1/audit/export`, {
      ca: authority,
      ...client,
      headers: {
        authorization: `Bearer ${(await readFile(join(directory, 'acme.key'), 'utf8')).trim()}`,
      },
    }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await text(response);
    assert.equal(response.trailers['annals-export-count'], '3000');
    assert.match(await succeed('tail --lines 1 --no-follow'), / a /);
  });

  it('turns away the command without a certificate, or with one of another authority', async () => {
    for (const change of [{ ANNALS_CLIENT_CERT: '' }, { ANNALS_CLIENT_CERT: 'stranger.pem' }]) {
      const { code, stderr } = await annals('orgs list', change);
      assert.equal(code, 1);
      // Without OpenSSL's words for its own files.
      assert.match(stderr, /^annals: Cannot reach https:\S+: [\w ]+\. .* give --client-cert\n$/);
    }
    const plain = await annals('orgs list', { ANNALS_API: server.url.replace('https', 'http') });
    assert.equal(plain.code, 1);
    assert.match(plain.stderr, /Does the server speak TLS there\? If so, give --api with https:/);
  });

  it('has the expiry of its certificate in its metrics, which are plain HTTP', async () => {
    const [, url = ''] = /metrics are at (\S+)/.exec(server.output) ?? [];
    const metrics = await (await fetch(url)).text();
    const [, expires] =
      /^annals_tls_certificate_expires_timestamp_seconds (.+)$/m.exec(metrics) ?? [];
    assert.equal(new Date(Number(expires) * 1_000).getUTCFullYear(), 2126);
    assert.match(metrics, /^annals_tls_handshakes_failed_total [1-9]/m);
  });

  it('takes another certificate when it is told to, and has both in its log', async () => {
    await writePair(second);
    process.kill(server.pid!, 'SIGHUP');
    await server.said(/new connections get the TLS certificate/);
    const log = await succeed('tail --lines 10 --no-follow --json', {
      ANNALS_KEY: operatorKey,
      ANNALS_KEY_FILE: '',
      ANNALS_ORGANISATION: 'system',
    });
    type Facts = { action: string; details: { tls?: object } };
    const records = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Facts);
    const of = (wanted: string) => records.find(({ action }) => action === wanted)?.details;
    const { tls } = of('server.start')!;
    assert.partialDeepStrictEqual(tls, { subject: 'CN=localhost', clientCertificates: true });
    assert.partialDeepStrictEqual(of('server.certificate'), {
      subject: 'CN=localhost, OU=second',
      clientCertificates: true,
    });
  });

  it('says which file of the command cannot be used', async () => {
    await writeFile(join(directory, 'alone.pem'), client.cert);
    for (const [cert, key, expected] of [
      ['alone.pem', '', /alone\.pem: give the file with its key as --client-key/],
      ['client.pem', 'stranger.pem', /^annals: The key in stranger\.pem is not that of client/],
      ['none.pem', '', /none\.pem as --client-cert: there is no such file/],
      ['', 'client.pem', /Cannot use --client-key: give --client-cert as well/],
    ] as const) {
      const { code, stderr } = await annals('orgs list', {
        ANNALS_CLIENT_CERT: cert,
        ANNALS_CLIENT_KEY: key,
      });
      assert.equal(code, 2);
      assert.match(stderr, expected);
    }
  });

  it('ends in an orderly way', async () => {
    assert.equal(await server.end('SIGTERM'), 0);
  });
});
