import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  formatPrivateKey,
  formatVerifierKey,
  isKeyName,
  parsePrivateKey,
  parseVerifierKey,
  privateKeyFromSeed,
  signingKey,
  verifierKey,
} from './keys.ts';

describe('a key from a seed', () => {
  /** RFC 8032, 7.1. */
  const published: {
    test: string;
    seed: string;
    key: string;
    message: string;
    signature: string;
  }[] = [
    {
      test: 'TEST 1',
      seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      message: '',
      signature:
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    },
    {
      test: 'TEST 2',
      seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      message: '72',
      signature:
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    },
    {
      test: 'TEST 3',
      seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      message: 'af82',
      signature:
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    },
    {
      test: 'TEST SHA(abc)',
      seed: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
      key: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
      message:
        'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      signature:
        'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
    },
  ];
  for (const { test, seed, key, message, signature } of published) {
    it(`signs as RFC 8032, ${test}`, () => {
      const privateKey = privateKeyFromSeed(Buffer.from(seed, 'hex'));
      const publicKey = createPublicKey(privateKey);
      const { x = '' } = publicKey.export({ format: 'jwk' });
      assert.equal(Buffer.from(x, 'base64url').toString('hex'), key);
      const bytes = Buffer.from(message, 'hex');
      assert.equal(sign(null, bytes, privateKey).toString('hex'), signature);
      assert.ok(verify(null, bytes, publicKey, Buffer.from(signature, 'hex')));
    });
  }

  it('needs 32 bytes', () => {
    for (const length of [0, 31, 33, 64]) {
      assert.throws(() => privateKeyFromSeed(new Uint8Array(length)), { code: 'invalid' });
    }
  });
});

describe('a key file', () => {
  it('is read as the key it was written from', () => {
    const privateKey = privateKeyFromSeed(Buffer.alloc(32, 7));
    const pem = formatPrivateKey(privateKey);
    assert.match(pem, /^-----BEGIN PRIVATE KEY-----\n/);
    assert.ok(parsePrivateKey(pem).equals(privateKey));
  });

  it('of another kind, or none, is rejected, and the error does not repeat it', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ec = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    assert.throws(() => parsePrivateKey(ec), { code: 'invalid', message: /ec, not ed25519/ });
    for (const text of ['', 'hunter2', ec.slice(0, 100)]) {
      assert.throws(
        () => parsePrivateKey(text),
        (error: Error & { code?: string }) =>
          error.code === 'invalid' && (text === '' || !error.message.includes(text)),
      );
    }
  });
});

describe('a verifier key', () => {
  it('is spelled as in golang.org/x/mod/sumdb/note and github.com/transparency-dev/formats', () => {
    for (const [text, name, id, type] of [
      [
        'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
        'PeterNeumann',
        'c74f20a3',
        'note',
      ],
      ['TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6', 'TEST', '7997405c', 'note'],
      [
        'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2',
        'remora.n621.de',
        'da77ade7',
        'cosignature',
      ],
    ] as const) {
      const key = parseVerifierKey(text);
      assert.deepEqual([key.name, key.id, key.type], [name, id, type]);
      assert.equal(formatVerifierKey(key), text);
    }
  });

  it('is that of the signing key with its name', () => {
    // The signer of the same Go package: PRIVATE+KEY+PeterNeumann+c74f20a3+<0x01 and the seed in base64>.
    const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
    const { id, privateKey } = signingKey('PeterNeumann', privateKeyFromSeed(seed));
    assert.equal(id, 'c74f20a3');
    assert.equal(
      formatVerifierKey(verifierKey('PeterNeumann', createPublicKey(privateKey))),
      'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    );
    const { id: other } = signingKey('PeterNeuman', privateKey);
    assert.notEqual(other, id);
  });

  it('is rejected when anything of it is changed or missing', () => {
    const text = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const others = [...text].flatMap((letter, at) => [
      text.slice(0, at),
      text.slice(at + 1),
      text.slice(0, at) + String.fromCharCode(letter.charCodeAt(0) + 1) + text.slice(at + 1),
    ]);
    for (const other of [
      ...others,
      `${text}\n`,
      `${text}=`,
      `x+${text}`,
      text.toUpperCase(),
      // From the Go package's tests: a wrong length and an unknown type, each with the ID to match.
      'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
      'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    ]) {
      assert.throws(() => parseVerifierKey(other), { code: 'invalid' }, other);
    }
  });

  it('has a name without spaces and plus', () => {
    assert.ok(isKeyName('audit.example.com/org-1'));
    for (const name of [
      '',
      'a b',
      'a+b',
      'a\u00a0b',
      'a\u2003b',
      'a\tb',
      'a\u0085',
      '\u0000',
      '\ud800',
    ]) {
      assert.ok(!isKeyName(name), JSON.stringify(name));
      assert.throws(() => signingKey(name, privateKeyFromSeed(Buffer.alloc(32))), {
        code: 'invalid',
      });
    }
  });
});
