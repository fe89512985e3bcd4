import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from './run-command.fixture.ts';

/** For tests alone. It signed both certificates: one for localhost, and one for another name. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgV7McIu64MHvD6Okm
K+TrI3tsgDyFe2UPfJHpr43GmLmhRANCAASGYQgKE1k2MvWDdi7FcsMVxLFxy0CB
V0wDea7SGIBp3bfrJMKM888vYtSIT6IxQ2zPY9rDtFOvUYGytKHBE4RE
-----END PRIVATE KEY-----
`;
const certificate = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUNuo64gkZpSBzBT70Ef1wXkh2UVswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDE1NDA0M1oYDzIxMjYxMTA2
MTU0MDQzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASGYQgKE1k2MvWDdi7FcsMVxLFxy0CBV0wDea7SGIBp3bfrJMKM888v
YtSIT6IxQ2zPY9rDtFOvUYGytKHBE4REo28wbTAdBgNVHQ4EFgQUY3fmoAm/mojY
z/SBrbIax3Khvc8wHwYDVR0jBBgwFoAUY3fmoAm/mojYz/SBrbIax3Khvc8wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgP354aKvZKk3DGCGAH5U6O0/Z32+vOPTnn+djli9AOUUCIEYO
VHwW5J88CP+FqZwE3plCpaj1cRwFeRSdSGGa4gWU
-----END CERTIFICATE-----
`;
const certificateOfAnother = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUAPwsRoLV4p5g+iRMZToxTvCAnx0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJZWxzZXdoZXJlMCAXDTI2MTEzMDE1NDA0M1oYDzIxMjYxMTA2
MTU0MDQzWjAUMRIwEAYDVQQDDAllbHNld2hlcmUwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASGYQgKE1k2MvWDdi7FcsMVxLFxy0CBV0wDea7SGIBp3bfrJMKM888v
YtSIT6IxQ2zPY9rDtFOvUYGytKHBE4REo2kwZzAdBgNVHQ4EFgQUY3fmoAm/mojY
z/SBrbIax3Khvc8wHwYDVR0jBBgwFoAUY3fmoAm/mojYz/SBrbIax3Khvc8wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALggllbHNld2hlcmUwCgYIKoZIzj0EAwID
SAAwRQIhAO5Und9QDmekerVC+sejlogTiykm1X9hZrEmnpu7mUwyAiBOifTsU6h7
oIWeaYL7CC0VVrhRadWmnQ7/KN3xbzV/1A==
-----END CERTIFICATE-----
`;

async function listen(options: ServerOptions): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(options, (_, response) => response.end('{"items":[]}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a command that cannot reach its server', () => {
  let directory = '';
  let caFile = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-tls-'));
    caFile = join(directory, 'ca.pem');
    await writeFile(caFile, certificate + certificateOfAnother);
  });
  after(() => rm(directory, { recursive: true }));

  /** Each command that retries, with the address of its server. */
  const commands = (api: string) => [
    ['export', '--since', '1h', '--output', '-', '--api', api],
    ['export', '--source', 'upcloud', '--since', '1h', '--output', '-', '--api', api],
    ['import', '-', '--api', api],
  ];
  const annals = (args: readonly string[], env = {}) =>
    runCommand(args, {
      input: '{"action":"a"}',
      cwd: directory,
      env: { ANNALS_KEY: 'annals_a_b', UPCLOUD_TOKEN: 't', ...env },
    });
  const assertFailsAtOnce = async (api: string, expected: RegExp, codes: readonly number[]) => {
    for (const args of commands(api)) {
      const { code, stderr } = await annals(args);
      assert.match(stderr, expected, args.join(' '));
      assert.doesNotMatch(stderr, /trying again/);
      assert.ok(codes.includes(code), `${args.join(' ')}: ${code}`);
    }
  };

  it('fails at once where nothing listens, and names --api', async () => {
    const server = createPlainServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await assertFailsAtOnce(
      `http://127.0.0.1:${port}`,
      /ECONNREFUSED 127\.0\.0\.1:\d+\. Does the server run, and is --api its address\?/,
      // An export is resumed by the same line.
      [1, 3],
    );
  });

  it('fails at once when it does not trust the certificate, and names --ca-file, which helps', async () => {
    await using server = await listen({ key, cert: certificate });
    await assertFailsAtOnce(server.url, /self-signed certificate\. If you trust .* --ca-file/, [1]);
    const list = ['orgs', 'list', '--json', '--api', server.url];
    const trusted = await annals([...list, '--ca-file', 'ca.pem']);
    assert.deepEqual([trusted.code, trusted.stdout], [0, '']);
    assert.equal((await annals(list, { ANNALS_CA_FILE: caFile })).code, 0);
  });

  it('fails at once when the certificate is for another name', async () => {
    await using server = await listen({ key, cert: certificateOfAnother });
    const { code, stderr } = await annals([
      'orgs',
      'list',
      '--api',
      server.url,
      '--ca-file',
      caFile,
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /certificate is for another name: give --api with that name/);
  });

  it('leaves nothing behind of an export that could not begin', async () => {
    await using server = await listen({ key, cert: certificate });
    const output = join(directory, 'out');
    const line = ['export', '--since', '1h', '--api', server.url, '--output', `${output}/`];
    const { code, stderr } = await annals(line);
    assert.equal(code, 1);
    assert.doesNotMatch(stderr, /Continue with/);
    assert.deepEqual(await readdir(output), []);
  });

  it('says which file has no certificate', async () => {
    await writeFile(join(directory, 'key.pem'), key);
    for (const [file, reason] of [
      ['key.pem', /key\.pem as --ca-file: it has no certificate in PEM/],
      ['none.pem', /none\.pem as --ca-file: there is no such file/],
    ] as const) {
      const { code, stderr } = await annals(['orgs', 'list', '--ca-file', file]);
      assert.equal(code, 2);
      assert.match(stderr, reason);
    }
  });
});
