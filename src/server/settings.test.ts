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
    ['anchor', 'file:', /--anchor names no file/],
    ['anchor', 'https://user:secret@example.com/', /--anchor must not hold a user/],
    ['witness', 'witness', /--witness "witness" cannot be used/],
    ['witness', formatVerifierKey(verifierKey('a', publicKey)), /signs notes, not as a witness/],
    ['checkpointSeconds', '0', /--checkpoint-seconds "0" must be a whole number from 1/],
  ] as const) {
    it(`refuse ${name} ${value}`, () => {
      assert.throws(() => readSettings({ [name]: value }, {}), { code: 'invalid', message });
    });
  }
});
