import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { formatVerifierKey, privateKeyFromSeed, verifierKey } from '../integrity/keys.ts';
import { readSettings } from './settings.ts';

const publicKey = createPublicKey(privateKeyFromSeed(new Uint8Array(32)));
const witness = formatVerifierKey(verifierKey('witness.example', publicKey, 'cosignature'));

describe('the settings of proofs', () => {
  it('may list several anchors and witnesses', () => {
    const settings = readSettings(
      { anchor: 'file:/var/log/checkpoints,https://example.com/hook' },
      { ANNALS_WITNESS: witness, ANNALS_ANCHOR: 'file:not-this' },
    );
    assert.deepEqual(settings.anchor, ['file:/var/log/checkpoints', 'https://example.com/hook']);
    assert.deepEqual(settings.witness.map(formatVerifierKey), [witness]);
    assert.deepEqual(readSettings({}, {}).anchor, []);
  });

  for (const [name, value, message] of [
    ['name', 'my server', /--name "my server" must have no spaces/],
    ['anchor', 'ftp://example.com', /--anchor is neither file:… nor https:…/],
    ['anchor', 'file:', /--anchor does not name a file/],
    ['anchor', 'https://user:secret@example.com/', /--anchor must not have a user/],
    ['witness', 'witness', /--witness "witness" cannot be used/],
    [
      'witness',
      formatVerifierKey(verifierKey('a', publicKey)),
      /is the key of a log, not of a witness/,
    ],
    ['checkpointSeconds', '0', /--checkpoint-seconds "0" must be a whole number from 1/],
  ] as const) {
    it(`reject ${name} ${value}`, () => {
      assert.throws(() => readSettings({ [name]: value }, {}), { code: 'invalid', message });
    });
  }
});

describe('settings', () => {
  for (const [name, value, message] of [
    ['data', '', '--data "" must name a directory'],
    ['host', '', '--host "" must name an address'],
    ['port', '65536', '--port "65536" must be a whole number from 0 to 65535'],
    ['port', '8420x', '--port "8420x" must be a whole number from 0 to 65535'],
    ['metricsAddress', 'x:y', /"x:y" must be a port, or an address with one, such as 127/],
    ['metricsAddress', '::1:9464', /must be a port, or an address with one/],
    ['metricsAddress', '65536', /must be a port, or an address with one/],
    ['logLevel', 'loud', /--log-level "loud" must be one of trace, debug, /],
    ['maxBodyBytes', '1e6', /--max-body-bytes "1e6" must be a whole number from 1024 to /],
    ['maxBatchEvents', '0', /--max-batch-events "0" must be a whole number from 1 to /],
    ['maxBodiesBytes', '1', /--max-bodies-bytes "1" must be a whole number from 1048576 to /],
    ['maxKeyBodiesBytes', '0', /--max-key-bodies-bytes "0" must be a whole number from 1024 to /],
    ['maxKeyRequests', '0', /--max-key-requests "0" must be a whole number from 1 to /],
    ['retention', '30', /--retention "30" cannot be used: .* write 90m, 24h, 7d/],
    ['retention', '12m', '--retention "12m" must be a day or more, such as 400d or 1y'],
    ['readers', '65', '--readers "65" must be a whole number from 1 to 64'],
    ['segmentEvents', '999', '--segment-events "999" must be a whole number from 1000 to 1000000'],
    ['dialects', 'aws', /"aws" is none of thalassa, upcloud, cockroachdb, nor one of them with/],
    ['dialects', 'upcloud=/a/../b', /"\/a\/..\/b" is neither a host name nor a prefix/],
    ['dialects', 'upcloud=/a/', /"\/a\/" is neither a host name nor a prefix/],
    ['cockroachdbRequestsPerSecond', 'ten', /must be a whole number from 0 to /],
    ['cockroachdbStartingFrom', 'both', /must be inclusive or exclusive/],
    ['cockroachdbPayload', 'xml', /must be version, text or object/],
  ] as const) {
    it(`reject ${name} ${value}`, () => {
      assert.throws(() => readSettings({ [name]: value }, {}), {
        code: 'invalid',
        message: typeof message === 'string' ? `Cannot start: ${message}` : message,
      });
    });
  }

  it('have an address for metrics as a port or with a host', () => {
    const address = (text: string) => readSettings({ metricsAddress: text }, {}).metricsAddress;
    assert.deepEqual(address('9464'), { host: '127.0.0.1', port: 9464 });
    assert.deepEqual(address('0.0.0.0:9464'), { host: '0.0.0.0', port: 9464 });
    assert.deepEqual(address('[::1]:9464'), { host: '::1', port: 9464 });
  });

  it('name the variable where it is wrong, and all that is wrong', () => {
    assert.throws(() => readSettings({ readers: '0' }, { ANNALS_PORT: 'x' }), {
      message: /^Cannot start: ANNALS_PORT "x" must be [^;]*; --readers "0" must be [^;]*$/,
    });
  });

  it('never repeat a secret', () => {
    assert.throws(() => readSettings({ operatorKey: 'sss' }, {}), {
      message: /^Cannot start: --operator-key must look like annals_</,
    });
  });

  it('are taken from the flag, then the variable, then the default; an empty variable is ignored', () => {
    const env = { ANNALS_PORT: '1', ANNALS_HOST: '' };
    assert.equal(readSettings({ port: '2' }, env).port, 2);
    assert.equal(readSettings({}, env).port, 1);
    assert.deepEqual([readSettings({}, {}).port, readSettings({}, env).host], [8_420, '127.0.0.1']);
  });
});
