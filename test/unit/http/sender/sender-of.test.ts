// Whom a request is held against: never an address that its sender could make up.
import { describe, expect, it } from 'vitest';
import { plainAddress, senderKey, senderOf } from '../../../../operator/http/sender/sender-of.ts';
import { parseTrustedProxies } from '../../../../operator/http/sender/trusted-proxies.ts';
import { proxies } from '../start-server.ts';

describe('the sender', () => {
  const trusted = proxies('10.0.0.0/8', '192.0.2.1', 'fd00::/8');
  const rows: readonly [name: string, peer: string, forwardedFor: string | undefined, sender: string | undefined][] = [
    ['a stranger', '203.0.113.7', undefined, '203.0.113.7'],
    ['a stranger who says to be another', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a proxy that says nothing', '10.0.0.1', undefined, undefined],
    ['a proxy that says nothing sensible', '10.0.0.1', 'unknown', undefined],
    ['a proxy and its client', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['a single trusted address', '192.0.2.1', '198.51.100.1', '198.51.100.1'],
    ['the neighbour of a trusted address', '192.0.2.2', '198.51.100.1', '192.0.2.2'],
    ['a client that writes the header itself', '10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['a client that says to be a proxy', '10.0.0.1', '1.2.3.4, 10.9.9.9, 198.51.100.1', '198.51.100.1'],
    ['two proxies', '10.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['none but proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', undefined],
    ['rubbish before two proxies', '10.0.0.1', "1.2.3.4, <script>', 10.0.0.2", undefined],
    ['a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['IPv6 in brackets with a port', 'fd00::1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['IPv4 as IPv6', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['no spaces', '10.0.0.1', '1.1.1.1,198.51.100.1,10.0.0.2', '198.51.100.1'],
    ['empty entries', '10.0.0.1', ',,198.51.100.1,', undefined],
    ['more proxies than there are', '10.0.0.1', `198.51.100.1${', 10.0.0.2'.repeat(20)}`, undefined],
    ['a connection that is gone', '', '198.51.100.1', ''],
  ];
  it.each(rows)('%s', (_name, peer, forwardedFor, sender) => {
    expect(senderOf(peer, forwardedFor, trusted)).toBe(sender);
  });
});

describe('one sender', () => {
  it.each([
    ['198.51.100.1', '198.51.100.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s is %s', (address, key) => {
    expect(senderKey(address)).toBe(key);
  });

  it('is the same over a socket of both IP versions', () => {
    expect(plainAddress('::ffff:198.51.100.1')).toBe('198.51.100.1');
    expect(plainAddress('::ffff:0:1')).toBe('::ffff:0:1');
  });
});

describe('trusted proxies', () => {
  it.each([
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0/8',
    'proxy',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    ' 10.0.0.1',
    '',
  ])('%j is none', (cidr) => {
    expect(parseTrustedProxies([cidr])).toBeUndefined();
  });

  it('may be none, and then nobody is', () => {
    const nobody = proxies();
    expect([nobody.isEmpty, nobody.has('10.0.0.1'), nobody.has(''), nobody.has('x')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
