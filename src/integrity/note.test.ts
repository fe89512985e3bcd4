import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseVerifierKey, privateKeyFromSeed, signingKey } from './keys.ts';
import {
  formatNote,
  parseNote,
  parseSignatures,
  signatureBy,
  signNote,
  verifyNote,
} from './note.ts';

/** golang.org/x/mod/sumdb/note, note_test.go. */
const text =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const peter = parseVerifierKey(
  'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
);
const peterLine =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const enoch = parseVerifierKey('EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop');
const enochLine =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
const message = `${text}\n${peterLine}${enochLine}`;

describe('a signed note', () => {
  it('is read and verified as in the Go package', () => {
    const note = parseNote(message);
    assert.equal(note.text, text);
    for (const [key, other] of [
      [peter, enoch],
      [enoch, peter],
    ] as const) {
      const signature = signatureBy(key, note)!;
      assert.equal(signature.id, key.id);
      assert.ok(verifyNote(text, signature, key));
      assert.ok(!verifyNote(text, signature, other));
      assert.ok(!verifyNote(`${text}\n`, signature, key));
    }
    assert.equal(formatNote(note), message);
  });

  it('is signed as in the Go package, byte for byte', () => {
    // PRIVATE+KEY+PeterNeumann+c74f20a3+<0x01 and the seed in base64>
    const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
    const key = signingKey('PeterNeumann', privateKeyFromSeed(seed));
    assert.equal(formatNote(signNote(text, [key])), `${text}\n${peterLine}`);
  });

  it('is verified as in the vectors of c2sp.org/signed-note', () => {
    const key = parseVerifierKey(
      'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    );
    const note = parseNote(
      'This is an example message.\n\n' +
        '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
    );
    assert.ok(verifyNote(note.text, signatureBy(key, note)!, key));
  });

  it('may have empty lines in its text, which ends at the last one', () => {
    // The example of c2sp.org/signed-note.
    const poem =
      'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n';
    const line =
      '— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';
    const note = parseNote(`${poem}\n${line}`);
    assert.equal(note.text, poem);
    assert.equal(formatNote(note), `${poem}\n${line}`);
  });

  it('is not verified when any bit of a signature is wrong, or its length', () => {
    const signature = signatureBy(peter, parseNote(message))!;
    for (let bit = 0; bit < 64 * 8; bit += 7) {
      const bytes = Buffer.from(signature.bytes);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      assert.ok(!verifyNote(text, { ...signature, bytes }, peter));
    }
    for (const length of [0, 63, 65]) {
      const bytes = Buffer.concat([signature.bytes, signature.bytes]).subarray(0, length);
      assert.ok(!verifyNote(text, { ...signature, bytes }, peter));
    }
  });

  it('is rejected in any other form', () => {
    for (const malformed of [
      '',
      '\n',
      text,
      `${text}\n`,
      `${text}\n${peterLine.slice(0, -1)}`,
      `\u0001${text}\n${peterLine}`,
      `tab\t\n\n${peterLine}`,
      `carriage return\r\n\n${peterLine}`,
      `\ud800${text}\n${peterLine}`,
      `${text}\n${peterLine}Unexpected line.\n`,
      `${text}\n${peterLine}\n`,
      `x${peterLine}`,
      `\n${peterLine}`,
      `${text}\nx${peterLine}`,
      `${text}\n${peterLine.replace('\n', ' more\n')}`,
      `${text}\n${peterLine.replace('PeterNeumann', 'Bad Name')}`,
      `${text}\n${peterLine.replace('PeterNeumann', 'Bad+Name')}`,
      `${text}\n${peterLine.replace('PeterNeumann', '')}`,
      `${text}\n${peterLine.replace('—', '-')}`,
      `${text}\n${peterLine.replace('=', '')}`,
      `${text}\n${peterLine.replace('M=', 'N=')}`,
      `${text}\n— PeterNeumann x08gow==\n`,
      `${text}\n${peterLine.repeat(101)}`,
      `${'long line\n'.repeat(100_000)}\n${peterLine}`,
    ]) {
      assert.throws(() => parseNote(malformed), { code: 'invalid' }, malformed.slice(0, 80));
    }
    assert.equal(parseNote(`${text}\n${peterLine.repeat(100)}`).signatures.length, 100);
  });

  it('has a million characters at most', () => {
    const longText = `${'x'.repeat(1_000_000 - peterLine.length - 2)}\n`;
    const longest = `${longText}\n${peterLine}`;
    assert.equal(longest.length, 1_000_000);
    assert.equal(parseNote(longest).text, longText);
    assert.throws(() => parseNote(`x${longest}`), { code: 'invalid' });
  });

  it('cannot be created from a text that is not whole lines', () => {
    const key = signingKey('a', privateKeyFromSeed(Buffer.alloc(32)));
    for (const bad of ['', 'abc', 'a\tb\n', '\ud800\n']) {
      assert.throws(() => signNote(bad, [key]), { code: 'invalid' });
    }
    assert.throws(() => signNote('whole\n', []), { code: 'invalid' });
  });

  it('of any whole lines is read as it was signed', () => {
    const keys = [1, 2].map((seed) =>
      signingKey(`key-${seed}`, privateKeyFromSeed(Buffer.alloc(32, seed))),
    );
    const lines = fc.array(
      fc.string({ unit: 'grapheme' }).map((line) => `${line.replaceAll(/\p{Cc}/gu, '')}\n`),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(lines, (some) => {
        const note = signNote(some.join(''), keys);
        assert.deepEqual(parseNote(formatNote(note)), note);
      }),
      { numRuns: 30 },
    );
  });
});

describe('signature lines without a text', () => {
  it('are read as in a note', () => {
    assert.deepEqual(parseSignatures(peterLine + enochLine), parseNote(message).signatures);
    for (const malformed of ['', '\n', peterLine.slice(0, -1), `${peterLine}\n`, message]) {
      assert.throws(() => parseSignatures(malformed), { code: 'invalid' });
    }
  });
});
