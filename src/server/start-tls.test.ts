import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { readSettings } from './settings.ts';
import { openTls, warnOfPlainHttp } from './start-tls.ts';

describe('a server without TLS', () => {
  async function warningsAt(host: string): Promise<string[]> {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    warnOfPlainHttp(server, log);
    server.close();
    return lines;
  }

  it('warns when other machines reach it, and says what helps', async () => {
    const [warning, ...more] = await warningsAt('0.0.0.0');
    assert.match(warning!, /unencrypted: give --tls-cert and --tls-key, or listen on 127\.0\.0\.1/);
    assert.deepEqual(more, []);
  });

  it('does not warn when only this machine reaches it', async () => {
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost']) {
      assert.deepEqual(await warningsAt(host), [], host);
    }
  });
});

describe('the settings of TLS', () => {
  it('need certificate and key together, and authorities of clients need both', () => {
    for (const [flags, message] of [
      [
        { tlsCert: 'c' },
        /^Cannot start: --tls-cert "c" needs --tls-key \(ANNALS_TLS_KEY\) as well$/,
      ],
      [
        { tlsKey: 'k' },
        /^Cannot start: --tls-key "k" needs --tls-cert \(ANNALS_TLS_CERT\) as well$/,
      ],
      [{ tlsClientCa: 'a' }, /^Cannot start: --tls-client-ca "a" needs --tls-cert /],
    ] as const) {
      assert.throws(() => readSettings(flags, {}), { code: 'invalid', message });
    }
    assert.throws(() => readSettings({ tlsCert: 'c' }, { ANNALS_TLS_CLIENT_CA: 'a' }), {
      message: /needs --tls-key/,
    });
  });

  it('end the start with a sentence when a file cannot be used, and without them there is no TLS', async () => {
    const settings = readSettings({ tlsCert: '/none.pem', tlsKey: '/none.pem' }, {});
    await assert.rejects(openTls(settings), {
      code: 'invalid',
      message: 'Cannot start: there is no file /none.pem',
    });
    assert.equal(await openTls(readSettings({}, {})), undefined);
  });
});
