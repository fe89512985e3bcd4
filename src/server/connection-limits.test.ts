import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { authority, first as pair } from './certificates.fixture.ts';
import { connectionLimit, limitConnections } from './connection-limits.ts';

it('connections may have half of the descriptors, and never more than ten thousand', () => {
  assert.equal(connectionLimit(64), 32);
  assert.equal(connectionLimit(1_024), 512);
  assert.equal(connectionLimit(Infinity), 10_000);
  assert.equal(connectionLimit(1), 1);
  assert.ok(connectionLimit() > 10);
});

for (const protocol of ['http', 'https']) {
  it(`one address may have half of the connections, and gets room again when it closes one: ${protocol}`, async () => {
    const serve: RequestListener = (_, response) => void response.end('served');
    const server = protocol === 'http' ? createServer(serve) : createTlsServer(pair, serve);
    limitConnections(server, 4);
    const accepted: Socket[] = [];
    server.on('connection', (socket: Socket) => accepted.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const open = async () => {
      const socket =
        protocol === 'http'
          ? connect(port, '127.0.0.1')
          : connectTls({ port, host: '127.0.0.1', ca: authority });
      socket.on('error', () => {});
      socket.write('GET / HTTP/1.1\r\nHost: annals\r\n\r\n');
      const isServed = await new Promise<boolean>((resolve) => {
        socket.once('data', () => resolve(true));
        socket.once('close', () => resolve(false));
      });
      return { socket, isServed };
    };
    const [first, second, third] = [await open(), await open(), await open()];
    assert.deepEqual([first.isServed, second.isServed, third.isServed], [true, true, false]);
    const closed = once(accepted[0]!, 'close');
    first.socket.destroy();
    await closed;
    const fourth = await open();
    assert.ok(fourth.isServed);
    second.socket.destroy();
    fourth.socket.destroy();
    server.close();
  });
}
