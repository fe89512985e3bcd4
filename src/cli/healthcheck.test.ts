import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { authority, expired } from '../server/certificates.fixture.ts';
import { runCommand } from './run-command.fixture.ts';

describe('annals healthcheck', () => {
  let server: Server;
  let port: string;
  let status = 200;
  let asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = String((server.address() as AddressInfo).port);
  });

  after(() => server.close());

  it('asks the server that the variables of its container start, wherever it listens', async () => {
    status = 200;
    asked = [];
    for (const host of [{}, { ANNALS_HOST: '0.0.0.0' }, { ANNALS_HOST: '127.0.0.1' }]) {
      const result = await runCommand(['healthcheck'], { env: { ANNALS_PORT: port, ...host } });
      const stdout = `http://127.0.0.1:${port}/readyz is ready\n`;
      assert.deepEqual(result, { code: 0, stdout, stderr: '' });
    }
    assert.deepEqual(asked, ['/readyz', '/readyz', '/readyz']);
  });

  it('fails when the server is not ready', async () => {
    status = 503;
    const { code, stderr } = await runCommand(['healthcheck'], { env: { ANNALS_PORT: port } });
    assert.equal(code, 1);
    assert.match(stderr, /readyz is not ready: it responds with 503/);
  });

  it('takes a variable without a value for one that is not there, as the server does', async () => {
    const { stderr, stdout } = await runCommand(['healthcheck'], { env: { ANNALS_PORT: '' } });
    assert.match(
      stderr + stdout,
      /^(?:annals: )?(?:Cannot ask )?http:\/\/127\.0\.0\.1:8420\/readyz/,
    );
  });

  it('fails when nobody answers', async () => {
    const url = 'http://127.0.0.1:1/readyz';
    const { code, stderr } = await runCommand(['healthcheck', '--url', url], {});
    assert.equal(code, 1);
    assert.match(stderr, /does not answer: .*ECONNREFUSED/);
  });

  for (const [kind, options] of [
    ['whatever its certificate says', {}],
    ['also one that lets only clients with a certificate in', { ca: authority, requestCert: true }],
  ] as const satisfies [string, ServerOptions][]) {
    it(`asks a server with TLS, ${kind}`, async () => {
      const tls = createTlsServer({ ...expired, ...options }, (_request, response) => {
        response.writeHead(200).end();
      }).listen(0, '127.0.0.1');
      await once(tls, 'listening');
      const { port: tlsPort } = tls.address() as AddressInfo;
      const env = { ANNALS_PORT: String(tlsPort), ANNALS_TLS_CERT: 'fullchain.pem' };
      const stdout = `https://127.0.0.1:${tlsPort}/readyz is ready\n`;
      assert.deepEqual(await runCommand(['healthcheck'], { env }), { code: 0, stdout, stderr: '' });
      tls.close();
    });
  }

  it('takes the address of a web server and nothing else', async () => {
    const { code } = await runCommand(['healthcheck', '--url', 'file:///etc/passwd'], {});
    assert.equal(code, 2);
  });
});
