/** The receiver server on real sockets: each answer, and that the process lives to give the next one. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import { defaultLimits } from '../../../operator/http/guard/limits.ts';
import { createGuardedServer } from '../../../operator/http/guarded-server.ts';
import { systemClock } from '../../../operator/observe/clock.ts';
import { createLogger } from '../../../operator/observe/log.ts';
import { createMetrics } from '../../../operator/observe/metrics.ts';
import { receiverMessages, receiverServerMetrics } from '../../../operator/receivers/server-reports.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import {
  connectTo,
  exchange,
  HOOK,
  OTHER_HOOK,
  proxies,
  type RawConnection,
  requestText,
  type Served,
  type ServedOptions,
  SUSPENDED,
  startServer,
} from './start-server.ts';

const running: Served[] = [];

async function start(options?: ServedOptions): Promise<Served> {
  const served = await startServer(options);
  running.push(served);
  return served;
}

async function expectAlive({ port }: Served): Promise<void> {
  expect((await exchange(port, requestText(HOOK, '{}')))?.status).toBe(200);
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked';

describe('which answer', () => {
  const large = 'x'.repeat(2000);
  const rows: readonly [name: string, request: string, status: number][] = [
    ['a webhook', requestText(HOOK, '{"a":1}'), 200],
    ['a webhook without a body', requestText(HOOK), 200],
    ['a chunked webhook', requestText(HOOK, `${chunk('{"a"')}${chunk(':1}')}0\r\n\r\n`, [CHUNKED]), 200],
    ['a query', requestText(`${HOOK}?token=1&x=/`, '{}'), 200],
    ['an absolute target', requestText(`http://hooks${HOOK}?x`, '{}'), 200],
    ['PUT where it is allowed', requestText(HOOK, '{}').replace('POST', 'PUT'), 200],
    ['HTTP/1.0', requestText(HOOK, '{}').replace('HTTP/1.1', 'HTTP/1.0'), 200],
    ['an upgrade that nobody offers', requestText(HOOK, '{}', ['Connection: Upgrade', 'Upgrade: websocket']), 200],
    ['an unknown path', requestText('/hook/x', '{}'), 404],
    ['the root', requestText('/', '{}'), 404],
    ['a trailing slash', requestText(`${HOOK}/`, '{}'), 404],
    ['a doubled slash', requestText(`/${HOOK}`, '{}'), 404],
    ['an encoded slash', requestText(HOOK.replace('/hook/', '/hook%2F'), '{}'), 404],
    ['an encoded letter', requestText(HOOK.replace('/hook/a', '/hook/%61'), '{}'), 404],
    ['upper case', requestText(HOOK.replaceAll('a', 'A'), '{}'), 404],
    ['a dot segment', requestText(HOOK.replace('/hook', '/x/../hook'), '{}'), 404],
    ['an absolute target without a path', requestText('http://hooks', '{}'), 404],
    ['an asterisk', requestText('*', '').replace('POST', 'OPTIONS'), 404],
    ['GET on an unknown path', requestText('/x').replace('POST', 'GET'), 404],
    ['GET on a known one', requestText(HOOK).replace('POST', 'GET'), 405],
    ['HEAD', requestText(HOOK).replace('POST', 'HEAD'), 405],
    ['OPTIONS', requestText(HOOK).replace('POST', 'OPTIONS'), 405],
    ['a wrong method before a suspended Receiver', requestText(SUSPENDED, '{}').replace('POST', 'DELETE'), 405],
    ['a suspended Receiver', requestText(SUSPENDED, '{}'), 503],
    ['a suspended Receiver before a large body', requestText(SUSPENDED, large), 503],
    ['an unknown path before a large body', requestText('/hook/x', large), 404],
    ['a declared body over the limit', requestText(HOOK, large), 413],
    ['a chunked body over the limit', requestText(HOOK, `${chunk(large)}0\r\n\r\n`, [CHUNKED]), 413],
    ['many chunks over the limit', requestText(HOOK, `${chunk('x').repeat(1025)}0\r\n\r\n`, [CHUNKED]), 413],
    ['a body over the limit before a missing header', requestText(HOOK, large).replace(/X-Sig.*\r\n/, ''), 413],
    ['a length that no number holds', requestText(HOOK, '', ['Content-Length: 99999999999999999999999']), 400],
    ['a negative length', requestText(HOOK, '', ['Content-Length: -1']), 400],
    ['a length that is no number', requestText(HOOK, '', ['Content-Length: 0x10']), 400],
    ['two lengths', requestText(HOOK, '{}', ['Content-Length: 2', 'Content-Length: 3']), 400],
    ['a length and chunks', requestText(HOOK, '0\r\n\r\n', ['Content-Length: 5', CHUNKED]), 400],
    ['chunks and a length', requestText(HOOK, '0\r\n\r\n', [CHUNKED, 'Content-Length: 5']), 400],
    ['chunked, but not last', requestText(HOOK, '0\r\n\r\n', ['Transfer-Encoding: chunked, gzip']), 400],
    ['an unknown coding', requestText(HOOK, '0\r\n\r\n', ['Transfer-Encoding: xchunked']), 400],
    ['a chunk size that is no number', requestText(HOOK, 'zz\r\n{}\r\n0\r\n\r\n', [CHUNKED]), 400],
    ['a missing header', requestText(HOOK, '{}').replace(/X-Sig.*\r\n/, ''), 400],
    ['no Host', requestText(HOOK, '{}').replace(/Host.*\r\n/, ''), 400],
    ['a space before a colon', requestText(HOOK, '{}', ['X-A : b']), 400],
    ['a zero byte in a header', requestText(HOOK, '{}', ['X-A: b\0c']), 400],
    ['a method that is none', requestText(HOOK, '{}').replace('POST', 'PWN'), 400],
    ['CONNECT', requestText('hooks:80').replace('POST', 'CONNECT'), 400],
    ['bytes that are no request', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
    ['an absurd header', requestText(HOOK, '{}', [`X-A: ${'x'.repeat(300 * 1024)}`]), 431],
  ];

  it.each(rows)('%s', async (_name, request, status) => {
    const served = await start({ limits: { maxBodyBytes: 1024 } });
    const answer = await exchange(served.port, request);
    expect(answer?.status).toBe(status);
    expect(answer?.headers['content-length'] ?? '0').toBe('0');
    await expectAlive(served);
  });

  it('names the methods of a path with 405', async () => {
    const served = await start();
    const answer = await exchange(served.port, requestText(HOOK).replace('POST', 'GET'));
    expect(answer?.headers.allow).toBe('POST, PUT');
  });

  it('hands the hook the body byte for byte and the headers as sent', async () => {
    const bodies: Buffer[] = [];
    const served = await start({
      deliver: async (request) => {
        bodies.push(Buffer.from(request.body));
        return 200;
      },
    });
    const body = Buffer.from([0, 1, 2, 0xff, 0xfe, 0x0d, 0x0a, 0]);
    const head = requestText(HOOK, '', [`Content-Length: ${body.length}`, 'X-Signature: second']);
    expect((await exchange(served.port, Buffer.concat([Buffer.from(head), body])))?.status).toBe(200);
    const [request] = served.delivered;
    expect(bodies).toEqual([body]);
    expect(request?.rawHeaders.filter((text) => text === 'X-Signature')).toHaveLength(2);
  });

  it('takes many headers without losing one', async () => {
    const served = await start();
    const headers = Array.from({ length: 5000 }, (_, index) => `X-${index}: ${index}`);
    expect((await exchange(served.port, requestText(HOOK, '{}', headers)))?.status).toBe(200);
    expect(served.delivered[0]?.headers['x-4999']).toBe('4999');
  });

  it('passes 202 on', async () => {
    const served = await start({ deliver: async () => 202 });
    expect((await exchange(served.port, requestText(HOOK, '{}')))?.status).toBe(202);
    expect(await served.metric('sluice_webhooks_total', { type: 'generic-hmac', result: 'pending' })).toBe(1);
  });

  it.each([
    ['FilterFailed', 500],
    ['SignatureMismatch', 400],
    ['PendingFull', 503],
  ] as const)('looks the status of %s up', async (code, status) => {
    const served = await start({ deliver: () => Promise.reject(new RequestError(code)) });
    const answer = await exchange(served.port, requestText(HOOK, '{}'));
    expect(answer?.status).toBe(status);
    expect(answer?.headers['retry-after']).toBe(code === 'PendingFull' ? '1' : undefined);
    expect(await served.metric('sluice_webhooks_total', { type: 'generic-hmac', result: code })).toBe(1);
  });

  it('answers 500 to a fault of its own, logs it with its stack, and says nothing of it', async () => {
    const served = await start({ deliver: () => Promise.reject(new TypeError('something is not a function')) });
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '{}', ['Connection: close']));
    expect((await connection.answer())?.status).toBe(500);
    expect(await connection.ended()).toBe('');
    const line = JSON.parse(served.logLines[0] ?? '{}');
    expect(line).toMatchObject({ level: 'error', error: 'something is not a function' });
    expect(line.cause).toContain('guarded-server.test.ts');
  });
});

describe('the log of refusals', () => {
  it('hides no Receiver behind the noise of another, nor one code behind another', async () => {
    const served = await start({ clock: { ...systemClock, elapsedMs: () => 0 } });
    const unsigned = (path: string): string => requestText(path, '{}').replace(/X-Sig.*\r\n/, '');
    for (let index = 0; index < 3; index++) {
      for (const path of [HOOK, OTHER_HOOK]) await exchange(served.port, unsigned(path));
      await exchange(served.port, requestText(`/hook/${index}`, '{}'));
      await exchange(served.port, requestText(OTHER_HOOK).replace('POST', 'GET'));
    }
    const seen = served.logLines.map((line) => JSON.parse(line)).map(({ code, name }) => [code, name]);
    expect(seen).toEqual([
      ['SignatureMissing', 'receiver'],
      ['SignatureMissing', 'other'],
      ['PathUnknown', undefined],
      ['MethodNotAllowed', undefined],
    ]);
  });
});

describe('a sender that is slow, or stops', () => {
  it('is answered 408 when its headers do not come to an end', async () => {
    const served = await start({ limits: { headersTimeoutMs: 200, checkIntervalMs: 50 } });
    const connection = await connectTo(served.port);
    connection.send(`POST ${HOOK} HTTP/1.1\r\nHost: hooks\r\n`);
    expect((await connection.answer())?.status).toBe(408);
    await connection.ended();
    await expectAlive(served);
  });

  it('is answered 408 when its body does not, however it trickles', async () => {
    const served = await start({ limits: { headersTimeoutMs: 200, requestTimeoutMs: 400, checkIntervalMs: 50 } });
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '{', ['Content-Length: 1000']));
    const trickle = setInterval(() => connection.send(' '), 50);
    expect((await connection.answer())?.status).toBe(408);
    clearInterval(trickle);
    await connection.ended();
    await expect.poll(() => served.metric('sluice_webhooks_total', { result: 'TimedOut' })).toBe(1);
    await expectAlive(served);
  });

  it('is closed when it never sends anything', async () => {
    const served = await start({ limits: { headersTimeoutMs: 200, checkIntervalMs: 50 } });
    const connection = await connectTo(served.port);
    await connection.ended();
    await expectAlive(served);
  });

  it.each([
    ['declared', requestText(HOOK, '{"a"', ['Content-Length: 100'])],
    ['chunked', requestText(HOOK, chunk('{"a"'), [CHUNKED])],
  ])('is answered 400 when its %s body ends early', async (_name, request) => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(request);
    connection.socket.end();
    expect((await connection.answer())?.status).toBe(400);
    await connection.ended();
    await expect.poll(() => served.metric('sluice_webhooks_total', { result: 'BodyIncomplete' })).toBe(1);
    expect(served.delivered).toHaveLength(0);
    await expectAlive(served);
  });

  it('may vanish in the middle of its body', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '{"a"', ['Content-Length: 100']));
    await expect.poll(() => served.metric('gotk_receiver_http_requests_inflight', {})).toBe(1);
    connection.socket.resetAndDestroy();
    await expect.poll(() => served.metric('sluice_webhooks_total', { result: 'BodyIncomplete' })).toBe(1);
    await expectAlive(served);
  });

  it('may vanish while its webhook is delivered', async () => {
    const gate = Promise.withResolvers<200>();
    const served = await start({ deliver: () => gate.promise });
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '{}'));
    await expect.poll(() => served.delivered.length).toBe(1);
    connection.socket.resetAndDestroy();
    gate.resolve(200);
    await expect.poll(() => served.metric('gotk_receiver_http_requests_inflight', {})).toBe(0);
    await expectAlive(served);
  });
});

describe('an answer before the body', () => {
  it('reaches a sender that sends all of a large body first', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(requestText('/hook/x', 'x'.repeat(3_000_000)));
    const answer = await connection.answer();
    expect(answer?.status).toBe(404);
    expect(answer?.headers.connection).toBe('close');
    await connection.ended();
    expect(served.delivered).toHaveLength(0);
  });

  it.each([
    ['never stops', { drainBytes: 200_000, drainTimeoutMs: 60_000 }, 65_000],
    ['trickles on', { drainBytes: 1_000_000_000, drainTimeoutMs: 200 }, 1],
  ])('ends the connection of a sender that %s', async (_name, limits, bytes) => {
    const served = await start({ limits });
    const connection = await connectTo(served.port);
    connection.send(requestText('/hook/x', '', ['Content-Length: 1000000000000']));
    expect((await connection.answer())?.status).toBe(404);
    const gone = new Promise((resolve) => connection.socket.once('close', resolve));
    const flood = setInterval(() => connection.send(Buffer.alloc(bytes)), 5);
    await gone;
    clearInterval(flood);
    await expectAlive(served);
  });

  it('keeps the connection for a small body that is thrown away', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(requestText('/hook/x', 'x'.repeat(10_000)) + requestText(HOOK, '{}'));
    expect((await connection.answer())?.status).toBe(404);
    expect((await connection.answer())?.status).toBe(200);
    connection.socket.destroy();
  });
});

describe('Expect: 100-continue', () => {
  const EXPECT = 'Expect: 100-continue';

  it('lets the body come after the head was found good', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '', ['Content-Length: 2', EXPECT]));
    expect((await connection.answer())?.status).toBe(100);
    connection.send('{}');
    expect((await connection.answer())?.status).toBe(200);
    connection.socket.destroy();
  });

  it.each([
    ['an unknown path', requestText('/hook/x', '', ['Content-Length: 2', EXPECT]), 404],
    ['a body over the limit', requestText(HOOK, '', ['Content-Length: 4000000', EXPECT]), 413],
    ['a missing header', requestText(HOOK, '', ['Content-Length: 2', EXPECT]).replace(/X-Sig.*\r\n/, ''), 400],
    ['another expectation', requestText(HOOK, '', ['Content-Length: 2', 'Expect: miracles']), 417],
  ])('is refused without a body for %s', async (_name, request, status) => {
    const served = await start();
    expect((await exchange(served.port, request))?.status).toBe(status);
    await expectAlive(served);
  });
});

describe('several requests on one connection', () => {
  it('are answered in their order', async () => {
    const delays = [60, 0, 30];
    const served = await start({
      async deliver({ body }) {
        await new Promise((resolve) => setTimeout(resolve, delays[Number(body.toString())]));
        return body.toString() === '1' ? 202 : 200;
      },
    });
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '0') + requestText(HOOK, '1') + requestText('/x') + requestText(HOOK, '2'));
    const statuses = [];
    for (let index = 0; index < 4; index++) statuses.push((await connection.answer())?.status);
    expect(statuses).toEqual([200, 202, 404, 200]);
    connection.socket.destroy();
  });

  it('are answered up to the garbage that follows them', async () => {
    const gate = Promise.withResolvers<200>();
    const served = await start({ deliver: () => gate.promise });
    const connection = await connectTo(served.port);
    connection.send(`${requestText(HOOK, '{}')}\0\0\0 garbage\r\n\r\n`);
    await expect.poll(() => served.metric('sluice_webhooks_total', { result: 'Malformed' })).toBe(1);
    gate.resolve(200);
    expect((await connection.answer())?.status).toBe(200);
    expect(await connection.ended()).toBe('');
    await expectAlive(served);
  });
});

describe('requests that wait for no answer', () => {
  const limits = { maxPipelinedRequests: 11, maxPipelinedInAll: 10 };
  const many = requestText(HOOK, '{}').repeat(11);
  const cut = (served: Served) => served.metric('sluice_webhooks_total', { result: 'TooManyPipelined' });

  async function expectAnswers(connection: RawConnection, count: number): Promise<void> {
    for (let index = 1; index < count; index++)
      expect((await connection.answer())?.headers.connection).not.toBe('close');
    expect(await connection.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(await connection.ended()).toBe('');
  }

  it('are served up to the limit of their connection, which then ends', async () => {
    const seen: unknown[] = [];
    const onRequest = (message: unknown): void => void seen.push(message);
    subscribe('http.server.request.start', onRequest);
    const gate = Promise.withResolvers<200>();
    const served = await start({ limits: { maxPipelinedRequests: 5 }, deliver: () => gate.promise });
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '{}').repeat(500));
    await expect.poll(() => cut(served)).toBe(1);
    gate.resolve(200);
    await expectAnswers(connection, 5);
    unsubscribe('http.server.request.start', onRequest);
    expect(served.delivered).toHaveLength(5);
    // What follows is not even made a request of: it would be kept until the connection ends.
    expect(seen.length).toBeLessThanOrEqual(7);
    expect(await cut(served)).toBe(1);
    await expectAlive(served);
  });

  it('are served up to the limit of all connections, and only those who do not wait are cut', async () => {
    const gate = Promise.withResolvers<200>();
    const served = await start({ limits, deliver: () => gate.promise });
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => connectTo(served.port)));
    if (first === undefined || second === undefined || third === undefined) throw new Error('not connected');
    first.send(many);
    await expect.poll(() => served.delivered.length).toBe(11);
    second.send(requestText(HOOK, '{}').repeat(2));
    await expect.poll(() => cut(served)).toBe(1);
    third.send(requestText(HOOK, '{}'));
    await expect.poll(() => served.delivered.length).toBe(13);
    gate.resolve(200);
    await expectAnswers(second, 1);
    for (let index = 0; index < 11; index++) expect((await first.answer())?.status).toBe(200);
    expect((await third.answer())?.status).toBe(200);
    for (const { socket } of [first, third]) socket.destroy();
  });

  it.each(['answered', 'gone'])('leave room for others when they are %s', async (how) => {
    let gate = Promise.withResolvers<200>();
    const served = await start({ limits, deliver: () => gate.promise });
    for (let round = 1; round <= 3; round++) {
      const connection = await connectTo(served.port);
      connection.send(many);
      await expect.poll(() => served.delivered.length).toBe(11 * round);
      if (how === 'gone') connection.socket.resetAndDestroy();
      gate.resolve(200);
      for (let index = 0; index < 11 && how === 'answered'; index++) await connection.answer();
      gate = Promise.withResolvers();
      await expect.poll(() => served.metric('gotk_receiver_http_requests_inflight', {})).toBe(0);
      connection.socket.destroy();
    }
    expect(await cut(served)).toBe(0);
  });

  it('are not served after the last answer of their connection', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(requestText('/hook/unknown', chunk('{'), [CHUNKED]));
    expect(await connection.answer()).toMatchObject({ status: 404, headers: { connection: 'close' } });
    connection.send(`0\r\n\r\n${many}`);
    expect(await connection.ended()).toBe('');
    expect(served.delivered).toHaveLength(0);
    await expectAlive(served);
  });

  it('and whose answers nobody takes end with their connection after a while', async () => {
    const served = await start({ limits: { stalledTimeoutMs: 300 } });
    const connection = await connectTo(served.port);
    connection.socket.pause();
    const gone = new Promise((resolve) => connection.socket.once('close', resolve));
    const more = many.repeat(50);
    const flood = setInterval(() => connection.socket.writableLength < more.length && connection.send(more), 1);
    await gone;
    clearInterval(flood);
    await expectAlive(served);
  }, 20_000);
});

it('a connection between two requests is not taken for one on which nothing moves', async () => {
  const served = await start({ limits: { stalledTimeoutMs: 100 } });
  const connection = await connectTo(served.port);
  for (let round = 0; round < 2; round++) {
    connection.send(requestText(HOOK, '{}'));
    expect((await connection.answer())?.status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  connection.socket.destroy();
});

describe('a sender that ends its side after its request', () => {
  it.each([
    ['a webhook', HOOK, 200],
    ['a refused one', '/hook/unknown', 404],
  ])('still gets the answer to %s', async (_name, path, status) => {
    const served = await start({
      limits: { refusalsPerTurn: 1 },
      deliver: () => new Promise((resolve) => setTimeout(() => resolve(200), 50)),
    });
    const ask = async (): Promise<number | undefined> => {
      const connection = await connectTo(served.port);
      connection.socket.end(requestText(path, '{}'));
      return (await connection.answer())?.status;
    };
    expect(await Promise.all(Array.from({ length: 10 }, ask))).toEqual(Array(10).fill(status));
  });
});

describe('room for bodies', () => {
  const MIB = 1024 * 1024;
  const half = 'x'.repeat(2 * MIB);

  it('makes a large body wait and then refuses it, while small ones pass', async () => {
    const limits = { maxBufferedBytes: 4 * MIB, roomTimeoutMs: 200, roomHeldMs: 100_000 };
    const served = await start({ limits });
    const stalled = await connectTo(served.port);
    stalled.send(requestText(HOOK, half, [`Content-Length: ${2 * MIB + 1}`]));
    await expect.poll(() => stalled.socket.writableLength).toBe(0);
    await expectAlive(served);
    const refused = await exchange(served.port, requestText(HOOK, half));
    expect(refused?.status).toBe(503);
    expect(refused?.headers['retry-after']).toBe('1');
    await expectAlive(served);
    stalled.send('x');
    expect((await stalled.answer())?.status).toBe(200);
    expect((await exchange(served.port, requestText(HOOK, half)))?.status).toBe(200);
    stalled.socket.destroy();
  });

  it('is taken from a sender that stalls while others wait', async () => {
    const served = await start({ limits: { maxBufferedBytes: 4 * MIB, roomTimeoutMs: 20_000, roomHeldMs: 200 } });
    const stalled = await connectTo(served.port);
    stalled.send(requestText(HOOK, half, [`Content-Length: ${2 * MIB + 1}`]));
    await expect.poll(() => stalled.socket.writableLength).toBe(0);
    expect((await exchange(served.port, requestText(HOOK, half)))?.status).toBe(200);
    expect((await stalled.answer())?.status).toBe(503);
    stalled.socket.destroy();
  });

  it('is enough for many large bodies, one after the other', async () => {
    const served = await start({ limits: { maxBufferedBytes: 8 * MIB } });
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) => {
        const body = index % 2 === 0 ? half : `${chunk(half)}0\r\n\r\n`;
        return exchange(served.port, requestText(HOOK, body, index % 2 === 0 ? [] : [CHUNKED]));
      }),
    );
    expect(answers.map((answer) => answer?.status)).toEqual(Array(24).fill(200));
    expect(served.deliveredBytes).toEqual(Array(24).fill(2 * MIB));
  });
});

describe('the memory of a body', () => {
  const LARGE = 'x'.repeat(1_000_000);
  const whole = (text: string): string => requestText(HOOK, text);
  const chunked = (text: string): string => requestText(HOOK, `${chunk(text)}0\r\n\r\n`, [CHUNKED]);

  it.each([
    ['of known length', whole],
    ['that is chunked', chunked],
  ])('is given back with the answer, %s', async (_name, requestOf) => {
    const bodies: Buffer[] = [];
    let seen = '';
    const { port } = await start({
      deliver: async ({ body }) => {
        bodies.push(body);
        await new Promise((resolve) => setTimeout(resolve, 20));
        seen = body.toString();
        return 200;
      },
    });
    expect((await exchange(port, requestOf(LARGE)))?.status).toBe(200);
    expect(seen).toBe(LARGE);
    expect(bodies.map(({ length }) => length)).toEqual([0]);
  });
});

describe('close', () => {
  it('answers what is under way, closes what is idle, and takes nothing new', async () => {
    const gate = Promise.withResolvers<200>();
    const served = await startServer({ deliver: () => gate.promise });
    const [busy, idle, fresh] = await Promise.all([1, 2, 3].map(() => connectTo(served.port)));
    if (busy === undefined || idle === undefined || fresh === undefined) throw new Error('not connected');
    idle.send(requestText('/x'));
    await idle.answer();
    busy.send(requestText(HOOK, '{}'));
    await expect.poll(() => served.delivered.length).toBe(1);
    const closed = served.server.close();
    await Promise.all([idle.ended(), fresh.ended()]);
    await expect(connectTo(served.port)).rejects.toThrow('ECONNREFUSED');
    gate.resolve(200);
    const answer = await busy.answer();
    expect(answer?.status).toBe(200);
    expect(answer?.headers.connection).toBe('close');
    await busy.ended();
    await closed;
  });

  it('loses no answer under load', async () => {
    const underWay = Promise.withResolvers<200>();
    let held = 0;
    const served = await startServer({
      deliver() {
        if (answered <= 200) return new Promise((resolve) => setTimeout(() => resolve(200), Math.random() * 20));
        held++;
        return underWay.promise;
      },
    });
    let answered = 0;
    const senders = Array.from({ length: 20 }, async () => {
      const connection = await connectTo(served.port);
      for (;;) {
        connection.send(requestText(HOOK, '{}'));
        const answer = await connection.answer();
        if (answer === undefined) return 'unanswered';
        expect(answer.status).toBe(200);
        answered++;
        if (answer.headers.connection === 'close') return 'announced';
      }
    });
    await expect.poll(() => held).toBeGreaterThan(0);
    const closed = served.server.close();
    underWay.resolve(200);
    await closed;
    const ends = await Promise.all(senders);
    // Who sends on an idle connection at the moment it is closed gets no answer, and its request was not taken either.
    expect(served.delivered).toHaveLength(answered);
    expect(ends).toContain('announced');
  });

  it('ends in time when a request does not', async () => {
    const clock = createManualClock();
    const served = await startServer({ clock, deliver: () => new Promise(() => {}) });
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '{}'));
    await expect.poll(() => served.delivered.length).toBe(1);
    const closed = served.server.close();
    await clock.advance(defaultLimits.closeTimeoutMs - 1);
    expect(connection.socket.readyState).toBe('open');
    await clock.advance(1);
    await closed;
    expect(await connection.answer()).toBeUndefined();
  });
});

describe('listen', () => {
  const log = createLogger({ level: 'error', encoding: 'json' });
  const idle = {
    name: 'idle',
    allowedMethods: () => [],
    admit: () => Promise.reject(new Error('not called')) as never,
  };
  const reports = { messages: receiverMessages, metrics: receiverServerMetrics(createMetrics()) };
  const nobody = { trusted: proxies(), proxyProtocol: false };
  const create = () => createGuardedServer({ endpoint: idle, limits: defaultLimits, ...nobody, log, ...reports });

  it('says in one line which address is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const address = { host: '127.0.0.1', port, flag: '--receiverAddr', text: `127.0.0.1:${port}` };
    await expect(create().listen(address)).rejects.toThrow(`--receiverAddr 127.0.0.1:${port}: address already in use`);
    other.close();
  });

  it('says in one line which address is not its own', async () => {
    await expect(create().listen({ host: '2001:db8::1', port: 0 })).rejects.toThrow(
      /^cannot listen on \[2001:db8::1\]:0: this machine does not have/,
    );
  });
});
