import assert from 'node:assert/strict';
import * as node from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { createPublicKey, hash, sign, verify } from './node-crypto.ts';

it('hashes as Node does, texts and bytes', () => {
  const data = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(data, fc.constantFrom('binary', 'hex'), (input, encoding) => {
      assert.equal(hash('sha256', input, encoding), node.hash('sha256', input, encoding));
    }),
  );
  assert.throws(() => hash('sha1', '', 'hex'));
});

it('gives a public key back as it came, and neither signs nor verifies', () => {
  const { publicKey } = node.generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'jwk' });
  assert.deepEqual(createPublicKey({ key }).export({ format: 'jwk' }), key);
  assert.throws(sign);
  assert.throws(verify);
});
