import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
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

  it('fails when nobody answers', async () => {
    const url = 'http://127.0.0.1:1/readyz';
    const { code, stderr } = await runCommand(['healthcheck', '--url', url], {});
    assert.equal(code, 1);
    assert.match(stderr, /does not answer: .*ECONNREFUSED/);
  });

  it('takes the address of a web server and nothing else', async () => {
    const { code } = await runCommand(['healthcheck', '--url', 'file:///etc/passwd'], {});
    assert.equal(code, 2);
  });
});
