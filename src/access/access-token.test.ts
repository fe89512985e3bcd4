import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour, second } from '../core/micros.ts';
import { AccessTokens } from './access-token.ts';

const secret = new Uint8Array(32).fill(1);
const tokens = new AccessTokens({ secret, audience: 'annals.example' });
const issuedAt = 1_800_000_000 * second;
const token = { keyId: 'AAAAAAAAAAAA', issuedAt, expiresAt: issuedAt + hour };

describe('an access token', () => {
  it('is read by the server that issued it, with key and times', () => {
    assert.deepEqual(tokens.read(tokens.issue(token)), token);
  });

  it('is not read by a server with another secret or another name', () => {
    const text = tokens.issue(token);
    const restarted = new AccessTokens({ secret: new Uint8Array(32), audience: 'annals.example' });
    assert.equal(restarted.read(text), undefined);
    assert.equal(new AccessTokens({ secret, audience: 'other' }).read(text), undefined);
  });

  it('is not read when it was issued for more than an hour', () => {
    const text = tokens.issue({ ...token, expiresAt: token.expiresAt + second });
    assert.equal(tokens.read(text), undefined);
  });

  it('is not read when it was changed, or has the form of version 0.1', () => {
    const text = tokens.issue(token);
    const [prefix = '', claims = '', mac = ''] = text.split('.');
    const later = Buffer.from(claims, 'base64url').toString().replace('"exp":18', '"exp":19');
    const changed = [prefix, Buffer.from(later).toString('base64url'), mac].join('.');
    const old = `annals-at.AAAAAAAAAAAA.1800003600.${mac}`;
    for (const wrong of [
      changed,
      old,
      `${text}=`,
      text.slice(0, -1),
      'annals-at.',
      `${prefix}..${mac}`,
    ]) {
      assert.equal(tokens.read(wrong), undefined, wrong);
    }
  });
});
