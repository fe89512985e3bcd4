import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Checkpoint,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
import { leafHash } from './hash.ts';
import { privateKeyFromSeed, signingKey, verifierKey } from './keys.ts';
import { formatNote, signNote } from './note.ts';

const origin = 'audit.example.com/org-1';
const checkpoint: Checkpoint = { origin, size: 1_234, root: leafHash('root') };
const old = keysOf(1);
const current = keysOf(2);
const stranger = keysOf(3);

describe('the text of a checkpoint', () => {
  it('is the example of c2sp.org/tlog-checkpoint', () => {
    const text =
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
    const example = {
      origin: 'example.com/behind-the-sofa',
      size: 20_852_163,
      root: Buffer.from('0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62', 'hex'),
    };
    assert.deepEqual(parseCheckpoint(text), example);
    assert.equal(formatCheckpoint(example), text);
  });

  it('may have further lines, which are ignored', () => {
    assert.deepEqual(
      parseCheckpoint(`${formatCheckpoint(checkpoint)}more\nand more\n`),
      checkpoint,
    );
  });

  it('in any other form is rejected', () => {
    const [, size, root] = formatCheckpoint(checkpoint).split('\n');
    for (const malformed of [
      '',
      '\n\n\n',
      `${origin}\n`,
      `${origin}\n${size}\n`,
      `${origin}\n${size}\n${root}`,
      `\n${size}\n${root}\n`,
      `${origin}\n01\n${root}\n`,
      `${origin}\n-1\n${root}\n`,
      `${origin}\n1.5\n${root}\n`,
      `${origin}\n1e3\n${root}\n`,
      `${origin}\n\n${root}\n`,
      `${origin}\n9007199254740992\n${root}\n`,
      `${origin}\n${size}\n${root?.slice(0, -4)}\n`,
      `${origin}\n${size}\n${root?.replace('=', '')}\n`,
      `${origin}\n${size}\n${root}\n\n`,
      `${origin}\n${size}\n${root}\n\nmore\n`,
    ]) {
      assert.throws(() => parseCheckpoint(malformed), { code: 'invalid' }, malformed);
    }
    assert.equal(parseCheckpoint(`${origin}\n0\n${root}\n`).size, 0);
  });
});

describe('a signed checkpoint', () => {
  it('is trusted with the key', () => {
    const opened = openCheckpoint(
      signCheckpoint(checkpoint, [old.signing]),
      [old.verifier],
      origin,
    );
    assert.deepEqual(opened, { checkpoint, signedBy: [old.verifier], witnessedBy: [] });
  });

  it('is not created from something else', () => {
    for (const wrong of [
      { size: 0.5 },
      { size: Number.NaN },
      { size: -1 },
      { root: new Uint8Array(31) },
    ]) {
      assert.throws(() => signCheckpoint({ ...checkpoint, ...wrong }, [old.signing]), {
        code: 'invalid',
      });
    }
    assert.throws(() => signCheckpoint(checkpoint, []), { code: 'invalid' });
  });

  it('survives a change of keys: signed by both, trusted with either', () => {
    const message = signCheckpoint(checkpoint, [old.signing, current.signing]);
    for (const { verifier } of [old, current]) {
      assert.deepEqual(openCheckpoint(message, [stranger.verifier, verifier]).signedBy, [verifier]);
    }
    const both = openCheckpoint(message, [current.verifier, old.verifier]);
    assert.deepEqual(both.signedBy, [current.verifier, old.verifier]);
  });

  it('is not trusted with a key that was replaced at a smaller size', () => {
    const message = signCheckpoint(checkpoint, [old.signing]);
    const replacedAt = (upTo: number) => ({ ...old.verifier, upTo });
    assert.deepEqual(openCheckpoint(message, [replacedAt(1_234)]).signedBy, [replacedAt(1_234)]);
    assert.throws(() => openCheckpoint(message, [replacedAt(1_233), current.verifier]), {
      code: 'corrupt',
      message: new RegExp(`size 1234: .*\\+${old.signing.id}, which was replaced at size 1233 `),
    });
    const both = signCheckpoint(checkpoint, [old.signing, current.signing]);
    const opened = openCheckpoint(both, [replacedAt(1_233), current.verifier]);
    assert.deepEqual(opened.signedBy, [current.verifier]);
  });

  it('is not trusted without a known key, and the error names who signed', () => {
    const message = signCheckpoint(checkpoint, [current.signing]);
    for (const known of [[], [old.verifier]]) {
      assert.throws(() => openCheckpoint(message, known), {
        code: 'corrupt',
        message: new RegExp(`${origin} at size 1234: .*\\+${current.signing.id}`),
      });
    }
  });

  it('is not trusted when it was changed anywhere, or belongs to another log', () => {
    const message = signCheckpoint(checkpoint, [current.signing]);
    const known = [current.verifier];
    const place = fc.nat({ max: message.length - 1 });
    fc.assert(
      fc.property(place, fc.constantFrom('0', 'A', '\n', ''), (at, letter) => {
        const changed = message.slice(0, at) + letter + message.slice(at + 1);
        fc.pre(changed !== message);
        assert.throws(() => openCheckpoint(changed, known), { name: 'AnnalsError' });
      }),
      { numRuns: 300 },
    );
    assert.throws(() => openCheckpoint(message, known, 'audit.example.com/org-2'), {
      code: 'corrupt',
      message: /expected one of audit.example.com\/org-2/,
    });
  });

  it('is not trusted with a wrong signature in the name of a known key beside a right one', () => {
    const message = signCheckpoint(checkpoint, [old.signing, current.signing]);
    const other = signCheckpoint({ ...checkpoint, size: 1 }, [current.signing]);
    const mixed = message.split('\n').with(-2, other.split('\n').at(-2)!).join('\n');
    assert.deepEqual(openCheckpoint(mixed, [old.verifier]).signedBy, [old.verifier]);
    assert.throws(() => openCheckpoint(mixed, [old.verifier, current.verifier]), {
      code: 'corrupt',
      message: new RegExp(`${origin}\\+${current.signing.id} is not valid for it`),
    });
  });

  it('is trusted with the key of its server', () => {
    const server = keysOf(4, 'audit.example.com');
    const message = signCheckpoint(checkpoint, [server.signing]);
    assert.deepEqual(openCheckpoint(message, [server.verifier], origin).signedBy, [
      server.verifier,
    ]);
  });

  for (const name of [
    'audit.example.org/org-1',
    'audit.example.org',
    'audit.example.com/org-',
    'audit.example.com/org-1/more',
    'audit.example.co',
    'audit.example.com/',
  ]) {
    it(`is not trusted with a key of ${name}`, () => {
      const other = keysOf(4, name);
      const message = formatNote(signNote(formatCheckpoint(checkpoint), [other.signing]));
      assert.throws(() => openCheckpoint(message, [other.verifier, current.verifier]), {
        code: 'corrupt',
        message: /by no known key of its log/,
      });
      assert.throws(() => signCheckpoint(checkpoint, [other.signing]), { code: 'invalid' });
    });
  }
});

function keysOf(seed: number, name = origin) {
  const privateKey = privateKeyFromSeed(Buffer.alloc(32, seed));
  return {
    signing: signingKey(name, privateKey),
    verifier: verifierKey(name, createPublicKey(privateKey)),
  };
}
