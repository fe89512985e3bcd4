import assert from 'node:assert/strict';
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { addCosignatures, verifyCosignature } from './cosignature.ts';
import { leafHash } from './hash.ts';
import { parseVerifierKey, privateKeyFromSeed, signingKey, verifierKey } from './keys.ts';
import { formatNote, formatSignature, parseNote, signatureBy } from './note.ts';

/**
 * A checkpoint that a log and four witnesses really signed in 2026, and the public keys of the log and of one of
 * them; from the tests of the Python package tlog-scales.
 */
const published = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
`;
const log = parseVerifierKey(
  'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f',
);
const remora = parseVerifierKey(
  'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2',
);
const at = 0x6a122120 * 1_000_000;

describe('a published checkpoint with cosignatures', () => {
  it('is verified, log and witness, and says when it was witnessed', () => {
    const opened = openCheckpoint(published, [remora, log]);
    assert.equal(opened.checkpoint.size, 1_432_088_532);
    assert.deepEqual(opened.signedBy, [log]);
    assert.deepEqual(opened.witnessedBy, [{ key: remora, at }]);
  });

  it('is not trusted with the key of a witness alone', () => {
    assert.throws(() => openCheckpoint(published, [remora]), { code: 'corrupt' });
  });

  it('is not trusted once its size, its time or the signature of the witness was changed', () => {
    const line = published.split('\n').find((one) => one.startsWith('— remora'))!;
    for (const other of [
      line.replace('AAAABqEiEg', 'AAAABqEiEh'),
      line.replace('AAAABqEiEg', 'gAAABqEiEg'),
      line.replace('PlfF', 'PlfG'),
      `${line.slice(0, 40)}${line.slice(44)}`,
      '— remora.n621.de 2net5wAAAAA=',
    ]) {
      const message = published.replace(line, other);
      assert.deepEqual(openCheckpoint(message, [log]).witnessedBy, []);
      assert.throws(() => openCheckpoint(message, [log, remora]), {
        code: 'corrupt',
        message: /remora\.n621\.de\+da77ade7/,
      });
    }
  });
});

describe('adding cosignatures to a checkpoint', () => {
  const seed = privateKeyFromSeed(Buffer.alloc(32, 1));
  const checkpoint = { origin: 'audit.example.com/org-1', size: 7, root: leafHash('root') };
  const message = signCheckpoint(checkpoint, [signingKey(checkpoint.origin, seed)]);
  const note = parseNote(message);
  const [one, two] = [witness('one.example', 2), witness('two.example', 3)];
  const keys = [verifierKey(checkpoint.origin, createPublicKey(seed)), one.key, two.key];

  it('adds those of known witnesses, and leaves out all other lines', () => {
    const lines = one.line(note.text, 100) + two.line(note.text, 200);
    const kept = formatNote(addCosignatures(note, lines, [one.key]));
    assert.equal(kept, message + one.line(note.text, 100));
    const { signedBy, witnessedBy } = openCheckpoint(kept, keys);
    assert.equal(signedBy.length, 1);
    assert.deepEqual(witnessedBy, [{ key: one.key, at: 100_000_000 }]);
  });

  it('replaces the older one of a witness by the newer', () => {
    const first = addCosignatures(note, one.line(note.text, 100), [one.key, two.key]);
    const second = addCosignatures(first, two.line(note.text, 150), [one.key, two.key]);
    const third = addCosignatures(second, one.line(note.text, 200), [one.key, two.key]);
    assert.equal(formatNote(third), message + two.line(note.text, 150) + one.line(note.text, 200));
  });

  it('replaces those of several witnesses at once', () => {
    const lines = (seconds: number) =>
      one.line(note.text, seconds) + two.line(note.text, seconds + 1);
    const first = addCosignatures(note, lines(100), [one.key, two.key]);
    const second = addCosignatures(first, lines(200), [one.key, two.key]);
    assert.equal(formatNote(second), message + lines(200));
  });

  it('replaces no line of another key of that witness, nor one of another name', () => {
    const older = witness('one.example', 9);
    const { id, bytes } = parseNote(message + one.line(note.text, 100)).signatures.at(-1)!;
    const others =
      older.line(note.text, 90) + formatSignature({ name: 'three.example', id, bytes });
    const kept = addCosignatures(parseNote(message + others), one.line(note.text, 200), [one.key]);
    assert.equal(formatNote(kept), message + others + one.line(note.text, 200));
  });

  it('rejects one of another checkpoint, and lines without a known witness', () => {
    const other = one.line(note.text.replace('\n7\n', '\n8\n'), 100);
    assert.throws(() => addCosignatures(note, other, [one.key]), {
      code: 'invalid',
      message: /one\.example/,
    });
    assert.throws(() => addCosignatures(note, two.line(note.text, 100), [one.key]), {
      code: 'invalid',
      message: /none is by a known witness/,
    });
  });

  it('rejects a time beyond all calendars', () => {
    for (const [seconds, expected] of [
      [8_993_721_599n, 8_993_721_599_000_000],
      [8_993_721_600n, undefined],
      [2n ** 63n, undefined],
    ] as const) {
      const cosigned = parseNote(message + one.line(note.text, seconds));
      const signature = signatureBy(one.key, cosigned)!;
      assert.equal(verifyCosignature(note.text, signature, one.key), expected);
    }
  });
});

/** A witness as c2sp.org/tlog-cosignature has it. */
function witness(name: string, seed: number) {
  const privateKey: KeyObject = privateKeyFromSeed(Buffer.alloc(32, seed));
  const key = verifierKey(name, createPublicKey(privateKey), 'cosignature');
  const line = (text: string, seconds: number | bigint): string => {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
    const bytes = Buffer.concat([
      Buffer.from(key.id, 'hex'),
      time,
      sign(null, message, privateKey),
    ]);
    return `— ${name} ${bytes.toString('base64')}\n`;
  };
  return { key, line };
}
