/** Clients that are slow, silent, gone or talking nonsense: they are ended with a reason, and the others are served. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '../server-process.fixture.ts';
import { RawConnection } from './raw-connection.fixture.ts';

const megabyte = 1024 * 1024;
const requestSeconds = 1;
const notInTime =
  'The request did not arrive in time: its headers must arrive within 1 seconds, all of it within 1';

describe('a server', () => {
  let server: ServerProcess;
  let key: string;
  before(async () => {
    server = await ServerProcess.start(['--request-seconds', String(requestSeconds)]);
    key = (await server.organisation('acme')).key;
  });
  after(() => server[Symbol.asyncDispose]());

  const head = (...headers: string[]) =>
    ['POST /v1/audit/events HTTP/1.1', 'Host: annals', `Authorization: Bearer ${key}`, ...headers]
      .concat('Content-Type: application/json', '', '')
      .join('\r\n');
  const record = () =>
    server.json<object>('POST', '/v1/audit/events', key, { action: 'by somebody else' });
  /** How many events there are that a faulty client sent. */
  const recorded = async () => {
    const path = '/v1/audit?action=faulty';
    return (await server.json<{ totalItems: number }>('GET', path, key)).totalItems;
  };

  function assertAnswer(answer: string, status: number, message: string | RegExp): void {
    const [top = '', body = ''] = answer.split('\r\n\r\n');
    assert.match(top, new RegExp(`^HTTP/1.1 ${status} `), answer);
    assert.match(top, /^content-type: application\/json$/im);
    const said = (JSON.parse(body) as { message: string }).message;
    if (typeof message === 'string') assert.equal(said, message);
    else assert.match(said, message);
  }

  for (const [name, text, status, message] of [
    ['what is no HTTP', 'hello\r\n\r\n', 400, /not valid HTTP\/1\.1 \(Invalid method/],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, /not valid HTTP\/1\.1/],
    ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400, /Missing host header/],
    [
      'no URL',
      'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      400,
      /Cannot read the request: Invalid absolute URL/,
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      /Transfer-Encoding can't be present with Content-Length/,
    ],
    [
      'two hosts',
      'GET /healthz HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n',
      400,
      'Cannot read the request: it has two Host headers',
    ],
    [
      'an encoding that HTTP/1.0 does not have',
      'POST /v1/audit/events HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'Cannot read the request: HTTP/1.0 has no Transfer-Encoding',
    ],
    ...[
      '/healthz/%2e%2e/v1/keys',
      '/healthz/../v1/keys',
      '/v1/./keys',
      '/a\\..\\v1/keys',
      '/v1/.',
    ].map(
      (path) =>
        [
          `the path ${path}`,
          `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
          400,
          'Cannot read the request: its path has a segment of dots: send the path that is meant',
        ] as const,
    ),
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}`,
      431,
      'Cannot read the request: its first line and headers have more than 16384 bytes',
    ],
    [
      'an expectation',
      'GET / HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\nContent-Length: 0\r\n\r\n',
      417,
      /only 100-continue/,
    ],
  ] as const) {
    it(`rejects ${name} in JSON and closes the connection`, async () => {
      using client = await RawConnection.open(server.url);
      await client.send(text);
      assertAnswer(
        (await client.answer).replace(/\r\n[0-9a-f]{1,2}\r\n/g, '\r\n'),
        status,
        message,
      );
    });
  }

  it('ends a client that sends its headers byte by byte, and serves the others meanwhile', async () => {
    using client = await RawConnection.open(server.url);
    for (const byte of head()) {
      await client.send(byte);
      await record();
      await sleep(50);
      if (!client.isOpen) break;
    }
    assertAnswer(await client.answer, 408, notInTime);
  });

  it('ends a client that sends its body byte by byte, and records nothing of it', async () => {
    const body = JSON.stringify({ action: 'faulty', description: 'x'.repeat(1_000) });
    using client = await RawConnection.open(server.url);
    await client.send(head(`Content-Length: ${body.length}`));
    for (const byte of body) {
      await client.send(byte);
      await record();
      await sleep(50);
      if (!client.isOpen) break;
    }
    assertAnswer(await client.answer, 408, notInTime);
    assert.equal(await recorded(), 0);
  });

  it('refuses a body without end as soon as it is too large, and ends the connection', async () => {
    using client = await RawConnection.open(server.url);
    await client.send(head('Transfer-Encoding: chunked'));
    await client.send('13\r\n[{"action":"faulty"\r\n');
    const piece = `100000\r\n${' '.repeat(megabyte)}\r\n`;
    let pieces = 0;
    while (client.isOpen && pieces < 1_000) {
      await client.send(piece);
      pieces += 1;
    }
    assert.ok(pieces < 1_000, 'it is not read for ever');
    assert.equal(await recorded(), 0);
    // The answer may be lost under the reset; one that is announced gets it before it sends.
    using announcing = await RawConnection.open(server.url);
    await announcing.send(head(`Content-Length: ${1_000 * megabyte}`));
    assertAnswer(
      await announcing.answer,
      413,
      `Cannot read the body: it has more than ${16 * megabyte} bytes`,
    );
  });

  it('records nothing of a request that is cut in the middle, and thinks nothing of it', async () => {
    const body = JSON.stringify({ events: [{ action: 'faulty' }, { action: 'faulty' }] });
    const half = body.slice(0, body.indexOf('},') + 1);
    const announced = head(`Content-Length: ${body.length}`);
    const chunked = head('Transfer-Encoding: chunked');
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    for (const request of [
      chunked.slice(0, 60),
      announced,
      announced + half,
      announced + body.slice(0, -1),
      chunked + chunk(half),
      chunked + chunk(body),
      `${chunked}${chunk(body)}nonsense`,
    ]) {
      using client = await RawConnection.open(server.url);
      await client.send(request);
      // Another request on a later connection is answered: this one has been taken in by then.
      await record();
    }
    assert.equal(await recorded(), 0);
  });

  it('answers beside a thousand idle connections, in little memory, and ends them', async () => {
    const before = await memoryOf(server);
    const clients = await Promise.all(
      Array.from({ length: 1_000 }, () => RawConnection.open(server.url)),
    );
    await record();
    const grown = (await memoryOf(server)) - before;
    assert.ok(grown < 64 * megabyte, `it has grown by ${grown} bytes`);
    for (const { answer } of clients) assertAnswer(await answer, 408, notInTime);
  });

  it('has found nothing wrong with itself', () => {
    assert.doesNotMatch(server.output, /"level"|rror/);
  });
});

async function memoryOf({ url }: ServerProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(metrics)?.[1]);
}
