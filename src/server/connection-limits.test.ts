import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { it } from 'node:test';
import { connectionLimit, limitConnections } from './connection-limits.ts';

it('connections may have half of the descriptors, and never more than ten thousand', () => {
  assert.equal(connectionLimit(64), 32);
  assert.equal(connectionLimit(1_024), 512);
  assert.equal(connectionLimit(Infinity), 10_000);
  assert.equal(connectionLimit(1), 1);
  assert.ok(connectionLimit() > 10);
});

it('one address may have half of the connections, and gets room again when it closes one', async () => {
  const server = createServer((_, response) => void response.end('served'));
  limitConnections(server, 4);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: annals\r\n\r\n');
    const isServed = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'close').then(() => false),
    ]);
    return { socket, isServed };
  };
  const [first, second, third] = [await open(), await open(), await open()];
  assert.deepEqual([first.isServed, second.isServed, third.isServed], [true, true, false]);
  const closed = once(first.socket, 'close');
  first.socket.destroy();
  await closed;
  await new Promise(setImmediate);
  const fourth = await open();
  assert.ok(fourth.isServed);
  second.socket.destroy();
  fourth.socket.destroy();
  server.close();
});
