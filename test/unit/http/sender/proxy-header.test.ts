// The PROXY protocol, both versions, whole and in pieces.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProxyHeader } from '../../../../operator/http/sender/proxy-header.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const v2 = (rest: string): Buffer => Buffer.from(SIGNATURE + rest, 'hex');
const IPV4_ADDRESSES = 'c6336401cb007107115c0050';
const IPV6_ADDRESSES = `${'20010db8000000000000000000000007'.repeat(2)}115c0050`;

const whole: readonly [name: string, header: Buffer | string, address: string | undefined][] = [
  ['text, IPv4', 'PROXY TCP4 198.51.100.1 203.0.113.7 4444 80\r\n', '198.51.100.1'],
  ['text, IPv6', 'PROXY TCP6 2001:db8::7 2001:db8::8 4444 80\r\n', '2001:db8::7'],
  ['text, unknown', 'PROXY UNKNOWN\r\n', undefined],
  ['text, unknown with addresses', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', undefined],
  ['binary, IPv4', v2(`2111000c${IPV4_ADDRESSES}`), '198.51.100.1'],
  ['binary, IPv4 and more', v2(`2111000f${IPV4_ADDRESSES}040000`), '198.51.100.1'],
  ['binary, IPv6', v2(`21210024${IPV6_ADDRESSES}`), '2001:db8:0:0:0:0:0:7'],
  ['binary, a Unix socket', v2(`213100d8${'00'.repeat(216)}`), undefined],
  ['binary, the proxy itself', v2('20000000'), undefined],
  ['binary, the proxy itself with addresses', v2(`2011000c${IPV4_ADDRESSES}`), undefined],
  ['binary, unspecified', v2('21000000'), undefined],
];

const invalid: readonly [name: string, header: Buffer | string][] = [
  ['a request', 'POST /hook/ HTTP/1.1\r\n'],
  ['a TLS handshake', Buffer.from([0x16, 3, 1])],
  ['text, another protocol', 'PROXY UDP4 198.51.100.1 203.0.113.7 4444 80\r\n'],
  ['text, a name', 'PROXY TCP4 example.com 203.0.113.7 4444 80\r\n'],
  ['text, IPv6 as IPv4', 'PROXY TCP4 2001:db8::7 2001:db8::8 4444 80\r\n'],
  ['text, no ports', 'PROXY TCP4 198.51.100.1 203.0.113.7\r\n'],
  ['text without an end', `PROXY UNKNOWN ${'x'.repeat(200)}`],
  ['binary, version 1', v2('1111000c')],
  ['binary, no command', v2(`2211000c${IPV4_ADDRESSES}`)],
  ['binary, addresses too short', v2('21110004c6336401')],
  ['binary, absurdly long', v2('2111ffff')],
];

describe('a PROXY header', () => {
  it.each(whole)('%s', (_name, header, address) => {
    const bytes = Buffer.from(header as string, 'latin1');
    const expected = { kind: 'header', length: bytes.length, address };
    expect(parseProxyHeader(bytes)).toEqual(expected);
    expect(parseProxyHeader(Buffer.concat([bytes, Buffer.from('POST')]))).toEqual(expected);
    for (let length = 0; length < bytes.length; length++) {
      expect(parseProxyHeader(bytes.subarray(0, length)), `${length} bytes`).toEqual({ kind: 'more' });
    }
  });

  it.each(invalid)('%s is invalid', (_name, header) => {
    expect(parseProxyHeader(Buffer.from(header as string, 'latin1'))).toEqual({ kind: 'invalid' });
  });

  it('takes any bytes without a fault', () => {
    const starts = fc.constantFrom(Buffer.alloc(0), Buffer.from('PROXY '), v2(''), v2('21'), v2('2111000c'));
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
        const bytes = Buffer.concat([start, rest]);
        const header = parseProxyHeader(bytes);
        if (header.kind === 'header') expect(header.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
