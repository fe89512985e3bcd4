import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { proxyProblem, TrustedProxies } from './trusted-proxies.ts';

describe('the client of a request', () => {
  const trusted = new TrustedProxies(['127.0.0.1', '10.0.0.0/8', '2001:db8:1::/48', 'fe80::1']);

  for (const [name, peer, forwardedFor, expected] of [
    ['the peer, when it says nothing', '10.0.0.1', null, '10.0.0.1'],
    ['the peer, when it is not trusted', '203.0.113.9', '198.51.100.7', '203.0.113.9'],
    ['what a trusted peer names', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['what the last proxy names', '10.0.0.1', '192.0.2.1, 203.0.113.9', '203.0.113.9'],
    ['before several proxies', '10.0.0.1', '203.0.113.9, 10.9.9.9,127.0.0.1', '203.0.113.9'],
    [
      'not what somebody wrote before them',
      '10.0.0.1',
      '10.0.0.2, 192.0.2.1, 203.0.113.9, 10.9.9.9',
      '203.0.113.9',
    ],
    ['the first proxy, when all are trusted', '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['the last proxy that says an address', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['the last one before nonsense', '10.0.0.1', '203.0.113.9, , 10.0.0.2', '10.0.0.2'],
    ['the proxy, when the list is empty', '10.0.0.1', '', '10.0.0.1'],
    ['without its port', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['in IPv6', '2001:db8:1::5', '2001:db8:2::9', '2001:db8:2::9'],
    ['in IPv6, with brackets and a port', '2001:db8:1::5', '[2001:db8:2::9]:1', '2001:db8:2::9'],
    ['by an address of one network alone', 'fe80::1%eth0', '203.0.113.9', '203.0.113.9'],
    ['no address with a zone in the list', '127.0.0.1', 'fe80::9%eth0', '127.0.0.1'],
    ['an IPv4 address in the form of IPv6', '10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
  ] as const) {
    it(`is ${name}`, () => assert.equal(trusted.clientOf(peer, forwardedFor), expected));
  }

  it('cannot be chosen by a client, whatever it writes', () => {
    const client = '203.0.113.9';
    const entry = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constant('10.0.0.1'));
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const spoofed = entries.join(', ');
        assert.equal(trusted.clientOf(client, spoofed), client);
        assert.equal(new TrustedProxies([]).clientOf(client, spoofed), client);
        assert.equal(trusted.clientOf('127.0.0.1', `${spoofed}, ${client}`), client);
        assert.equal(trusted.clientOf('127.0.0.1', `${spoofed}, ${client}, 10.1.1.1`), client);
      }),
    );
  });

  it('is found in little time, however long the list is', () => {
    const list = '10.0.0.1,'.repeat(1_000_000);
    assert.equal(trusted.clientOf('10.0.0.1', `203.0.113.9,${list}10.0.0.2`), '10.0.0.1');
  });
});

describe('a trusted proxy in the settings', () => {
  for (const proxy of ['10.0.0.1', '10.0.0.0/8', '192.0.2.1/32', '::1', '2001:db8::/128']) {
    it(`may be ${proxy}`, () => assert.equal(proxyProblem(proxy), undefined));
  }
  for (const [proxy, expected] of [
    ['proxy.example.com', /is not an IP address or a range/],
    ['10.0.0', /is not an IP address/],
    ['10.0.0.0/8/8', /is not an IP address/],
    ['fe80::1%eth0', /is not an IP address/],
    ['10.0.0.0/', /must have 1 to 32/],
    ['10.0.0.0/33', /must have 1 to 32/],
    ['10.0.0.0/08', /must have 1 to 32/],
    ['10.0.0.0/ 8', /must have 1 to 32/],
    ['::/129', /must have 1 to 128/],
    ['0.0.0.0/0', /would trust everybody/],
    ['::/0', /would trust everybody/],
  ] as const) {
    it(`may not be ${proxy}`, () => assert.match(String(proxyProblem(proxy)), expected));
  }
});
