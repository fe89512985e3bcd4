import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress } from './client-address.ts';

test('the client is the peer, or the address from which the outermost trusted proxy was called', () => {
  const forwarded = '203.0.113.9, 198.51.100.7, 10.0.0.2';
  const cases: [string | undefined, string | undefined, number, string | undefined][] = [
    ['10.0.0.1', forwarded, 0, '10.0.0.1'],
    ['10.0.0.1', forwarded, 1, '10.0.0.2'],
    ['10.0.0.1', forwarded, 2, '198.51.100.7'],
    ['10.0.0.1', '203.0.113.9', 3, '203.0.113.9'],
    ['10.0.0.1', undefined, 1, '10.0.0.1'],
    ['10.0.0.1', 'unknown', 1, '10.0.0.1'],
    ['10.0.0.1', '203.0.113.9, <script>', 1, '10.0.0.1'],
    ['10.0.0.1', forwarded, -1, '10.0.0.1'],
    ['10.0.0.1', '203.0.113.9:4711', 1, '203.0.113.9'],
    ['10.0.0.1', '[2001:db8::1]:4711', 1, '2001:db8::1'],
    ['::ffff:192.0.2.1', undefined, 0, '192.0.2.1'],
    ['::1', undefined, 0, '::1'],
    [undefined, undefined, 0, undefined],
  ];
  for (const [peer, forwardedFor, proxies, expected] of cases) {
    assert.equal(clientAddress(peer, forwardedFor, proxies), expected);
  }
});
