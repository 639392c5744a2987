// The event server on real sockets: every method, path and way to send a body, and the bytes of each answer.
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../operator/http/guard/limits.ts';
import { createGuardedServer, type GuardedServer } from '../../../operator/http/guarded-server.ts';
import { parseTrustedProxies } from '../../../operator/http/sender/trusted-proxies.ts';
import { type Pipeline, startPipeline } from '../../support/alerts/run-pipeline.ts';
import { rawRequest, statusOf } from '../../support/raw-socket.ts';

let pipeline: Pipeline;
let server: GuardedServer;
let url: string;
let count = 0;

beforeAll(async () => {
  pipeline = startPipeline();
  const trusted = parseTrustedProxies([]);
  if (trusted === undefined) throw new Error('no proxies');
  server = createGuardedServer({
    ...pipeline.served,
    limits: defaultLimits,
    trusted,
    proxyProtocol: false,
    log: pino({ level: 'silent' }),
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0, flag: '--events-addr', text: ':0' });
  url = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  await server.close();
  await pipeline.stop();
});

let event: string;
beforeEach(() => {
  count += 1;
  event = JSON.stringify({ message: `event ${count}` });
});

const send = (head: string, ...parts: (string | Buffer | null)[]) => rawRequest(url, [head, ...parts]);
const sized = (start: string, body: string, ...headers: string[]) =>
  [`${start} HTTP/1.1`, 'Host: a', `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n');
const chunked = (start: string) => `${start} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Its lines, without the times. */
const linesOf = (answer: string) =>
  answer
    .split('\r\n')
    .filter((line) => line !== '' && !/^(date|connection|keep-alive):/i.test(line))
    .map((line) => line.replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/, '<date>'));

describe('an event is taken', () => {
  it.each([
    'POST /',
    'PUT /any/path?q=1',
    'GET /',
    'HEAD /',
    'DELETE /x',
    'PATCH /',
    'OPTIONS *',
    'OPTIONS /',
    'PROPFIND /',
  ])('of %s', async (start) => {
    expect(linesOf(await send(sized(start, event)))).toEqual([
      'HTTP/1.1 202 Accepted',
      'X-RateLimit-Limit: 1',
      'X-RateLimit-Remaining: 0',
      'X-RateLimit-Reset: <date>',
      'Content-Length: 0',
    ]);
  });

  it('in chunks', async () => {
    expect(statusOf(await send(chunked('POST /'), chunk(event.slice(0, 5)), chunk(event.slice(5)), '0\r\n\r\n'))).toBe(
      202,
    );
  });

  it('whatever its content type', async () => {
    expect(statusOf(await send(sized('POST /', event, 'Content-Type: text/plain')))).toBe(202);
  });

  it('of a sender that asks first whether it may send', async () => {
    const answer = await rawRequest(url, [sized('POST /', event, 'Expect: 100-continue')], '202 Accepted');
    expect(answer).toMatch(/^HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?202 /);
  });

  it.each(['null', '{}', ' {} '])('that says nothing: %j', async (body) => {
    expect([202, 429]).toContain(statusOf(await send(sized('POST /', body))));
  });
});

it('an equal one is refused with the time when it would be taken', async () => {
  await send(sized('POST /', event));
  const answer = await rawRequest(url, [sized('POST /other', event)], 'Requests\n');
  expect(linesOf(answer)).toEqual([
    'HTTP/1.1 429 Too Many Requests',
    'Content-Type: text/plain; charset=utf-8',
    'X-RateLimit-Limit: 1',
    'X-RateLimit-Remaining: 0',
    'X-RateLimit-Reset: <date>',
    'Retry-After: <date>',
    'X-Content-Type-Options: nosniff',
    'Content-Length: 18',
    'Too Many Requests\n',
  ]);
});

it('the size of an answer is measured', async () => {
  for (const _ of [1, 2]) await send(sized('POST /', event));
  const text = await pipeline.registry.getSingleMetricAsString('gotk_event_http_response_size_bytes');
  const figure = (part: string, code: number) =>
    Number(new RegExp(`_${part}\\{[^}]*code="${code}"[^}]*\\} (\\d+)`).exec(text)?.[1]);
  expect(figure('sum', 429) / figure('count', 429)).toBe('Too Many Requests\n'.length);
  expect(figure('count', 202)).toBeGreaterThan(0);
  expect(figure('sum', 202)).toBe(0);
});

describe('what is no event is refused with an empty body and no word of the limit', () => {
  it.each(['', ' ', '[]', '{"message":1}', '{"metadata":{"a":1}}', '{"timestamp":"yesterday"}', '{}{}', '{'])(
    '%j',
    async (body) => {
      expect(linesOf(await send(sized('POST /', body)))).toEqual(['HTTP/1.1 400 Bad Request', 'Content-Length: 0']);
    },
  );

  it('a request without a body', async () => {
    expect(statusOf(await send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))).toBe(400);
  });

  it('a body that is too large, announced or in chunks', async () => {
    const large = 3 * 1024 * 1024 + 1;
    const announced = await send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${large}\r\n\r\n`);
    expect(linesOf(announced)).toEqual(['HTTP/1.1 413 Payload Too Large', 'Content-Length: 0']);
    const filler = chunk('x'.repeat(1024 * 1024));
    const answer = await send(chunked('POST /'), filler, filler, filler, chunk('x'), '0\r\n\r\n');
    expect(linesOf(answer)).toEqual(['HTTP/1.1 413 Payload Too Large', 'Content-Length: 0']);
  });

  it('a body of just 3 MiB is not too large', async () => {
    const body = `{"message":"${'x'.repeat(3 * 1024 * 1024 - 14)}"}`;
    expect(statusOf(await send(sized('POST /', body)))).toBe(202);
  });
});
