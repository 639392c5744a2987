/** Bytes for a server: requests that are nearly right, bent, cut, doubled and mixed with what means something to HTTP. */
import fc from 'fast-check';
import { HOOK, requestText } from '../unit/http/start-server.ts';

const CHUNKED = ['Transfer-Encoding: chunked'];
const requests = [
  requestText(HOOK, '{"a":1}'),
  requestText(HOOK),
  requestText('/hook/unknown', 'x'.repeat(2_000)),
  requestText(HOOK, 'x'.repeat(2_000)),
  requestText(HOOK, '5\r\nhello\r\n0\r\n\r\n', CHUNKED),
  requestText(HOOK, '5;a=b\r\nhello\r\n0\r\nTrailer: x\r\n\r\n', CHUNKED),
  requestText(HOOK, '', ['Content-Length: 2', 'Expect: 100-continue']),
  requestText(HOOK, '{}').replace('HTTP/1.1', 'HTTP/1.0'),
  requestText(HOOK, '{}', ['Connection: close']),
  requestText(HOOK, '{}', ['Connection: Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']),
  requestText('hooks:443').replace('POST', 'CONNECT'),
  requestText('*').replace('POST', 'OPTIONS'),
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
] as const;

const words = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  '\r\n\r\n',
  '0\r\n\r\n',
  'ffffffffffffffff\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'content-length : 1\r\n',
  'Content-Length: 18446744073709551616\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding:\x0bchunked\r\n',
  'Transfer-Encoding: chunked, identity\r\n',
  'Expect: 100-continue\r\n',
  'Host: x\r\n',
  `POST ${HOOK} HTTP/1.1\r\n`,
  'HTTP/1.1',
  'HTTP/9.9',
  '\xff\xfe',
  'PROXY TCP4 198.51.100.1 203.0.113.7 4444 80\r\n',
] as const;

const token = fc.oneof(
  fc.constantFrom(...words).map((word) => Buffer.from(word, 'latin1')),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
);
const place = fc.double({ min: 0, max: 1, noNaN: true });
/** At a place: takes so many bytes away, and puts these there. */
const change = fc.record({ at: place, remove: fc.nat(12), insert: token });

const message = fc.tuple(fc.constantFrom(...requests), fc.array(change, { maxLength: 4 })).map(([text, changes]) =>
  changes.reduce(
    (bytes, { at, remove, insert }) => {
      const start = Math.floor(at * bytes.length);
      return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
    },
    Buffer.from(text, 'latin1'),
  ),
);

/** What is written to a socket, piece by piece. */
export const rawBytes: fc.Arbitrary<readonly Buffer[]> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: message }, { weight: 1, arbitrary: token }), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.array(place, { maxLength: 3 }),
  )
  .map(([parts, cuts]) => split(Buffer.concat(parts), cuts));

export function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => Math.floor(cut * bytes.length)).toSorted((a, b) => a - b);
  const [starts, ends] = [
    [0, ...places],
    [...places, bytes.length],
  ];
  return starts.map((start, index) => bytes.subarray(start, ends[index])).filter((piece) => piece.length > 0);
}
