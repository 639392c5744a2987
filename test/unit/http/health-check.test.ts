/** What load balancers ask of the receiver port: `GET /`. */
import { afterEach, describe, expect, it } from 'vitest';
import { connectTo, exchange, requestText, type Served, type ServedOptions, startServer } from './start-server.ts';

const running: Served[] = [];

async function start(options?: ServedOptions): Promise<Served> {
  const served = await startServer(options);
  running.push(served);
  return served;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

const ask = (target = '/', method = 'GET', ...headers: string[]): string =>
  `${[`${method} ${target} HTTP/1.1`, 'Host: hooks', ...headers].join('\r\n')}\r\n\r\n`;

describe('a health check', () => {
  it.each([
    ['GET /', ask()],
    ['HEAD /', ask('/', 'HEAD')],
    ['a query', ask('/?probe=1')],
    ['an absolute target', ask('http://hooks/')],
    ['an absolute target without a path', ask('http://hooks')],
    ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n'],
  ])('is answered by readiness, without a body: %s', async (_name, request) => {
    let isReady = false;
    const served = await start({ ready: () => isReady });
    expect(await exchange(served.port, request)).toMatchObject({ status: 503, headers: { 'content-length': '0' } });
    isReady = true;
    expect(await exchange(served.port, request)).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
  });

  it('is a request of its own in the metrics, and never a webhook', async () => {
    let isReady = false;
    const served = await start({ ready: () => isReady });
    await exchange(served.port, ask());
    isReady = true;
    await exchange(served.port, ask());
    const requests = (code: string) =>
      served.metric('gotk_receiver_http_request_duration_seconds', { handler: '/', method: 'GET', code, le: '+Inf' });
    expect([await requests('200'), await requests('503')]).toEqual([1, 1]);
    const webhooks = await served.metrics.registry.getSingleMetric('sluice_webhooks_total')?.get();
    expect(webhooks?.values).toEqual([]);
    expect(await served.metric('gotk_receiver_http_requests_inflight', {})).toBe(0);
    expect(served.logLines).toEqual([]);
  });

  it('is no refusal for the limit of refused requests, which holds for it too', async () => {
    const served = await start({ ready: () => false, limits: { refusedPerSecond: 0.000_01, refusedBurst: 2 } });
    const status = async (request: string) => (await exchange(served.port, request))?.status;
    for (let index = 0; index < 5; index++) expect(await status(ask())).toBe(503);
    for (let index = 0; index < 2; index++) expect(await status(requestText('/hook/x'))).toBe(404);
    expect(await status(ask())).toBe(429);
  });

  it('has no body that is read', async () => {
    const served = await start({ ready: () => true });
    const connection = await connectTo(served.port);
    connection.send(ask('/', 'GET', 'Content-Length: 100000000'));
    expect(await connection.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(await connection.ended()).toBe('');
  });

  it.each([
    ['another method', requestText('/'), 404],
    ['another path', ask('/healthz'), 404],
    ['a path below', ask('//'), 404],
    ['an expectation that nobody meets', ask('/', 'GET', 'Expect: miracles'), 417],
  ])('is not %s', async (_name, request, status) => {
    const served = await start({ ready: () => true });
    expect((await exchange(served.port, request))?.status).toBe(status);
  });

  it('is none where the server is not asked to answer it', async () => {
    const served = await start();
    expect((await exchange(served.port, ask()))?.status).toBe(404);
  });
});
