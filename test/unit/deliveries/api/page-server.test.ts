/** The server of the page before anything of it is loaded. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { PageApp } from '../../../../operator/deliveries/api/page-app.ts';
import { createPageServer } from '../../../../operator/deliveries/api/page-server.ts';
import type { ProblemBody } from '../../../../operator/deliveries/api/problem.ts';
import { rawRequest, statusOf } from '../../../support/raw-socket.ts';

const log = pino({ level: 'silent' });
const app: PageApp = { handle: (_request, response) => void response.end('page'), stop() {} };

describe('the server of the page', () => {
  it('loads it at the first request, once', async () => {
    let loads = 0;
    const server = createPageServer(async () => {
      loads += 1;
      return app;
    }, log);
    const url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}/`;
    expect(loads).toBe(0);
    const texts = await Promise.all([1, 2, 3].map(async () => (await fetch(url)).text()));
    expect([texts, loads]).toEqual([['page', 'page', 'page'], 1]);
    await server.close();
  });

  it('tries again after it could not be loaded', async () => {
    let loads = 0;
    const server = createPageServer(async () => {
      loads += 1;
      if (loads === 1) throw new Error('no such file');
      return app;
    }, log);
    const url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}/`;
    const failed = await fetch(url);
    expect([failed.status, failed.headers.get('cache-control'), ((await failed.json()) as ProblemBody).code]).toEqual([
      ...[500, 'no-store', 'InternalError'],
    ]);
    expect(await (await fetch(url)).text()).toBe('page');
    await server.close();
  });

  it('stops the start where its address is taken, but for one that nobody asked for', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const listen = (more: { spare?: true }) =>
      createPageServer(async () => app, log).listen({ host: '127.0.0.1', port, ...more });
    await expect(listen({})).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: address already in use`);
    expect(await listen({ spare: true })).toBeUndefined();
    other.close();
  });

  it.each<[what: string, request: string, status: number, code: string]>([
    ['is none', 'hello\r\n\r\n', 400, 'Malformed'],
    ['has more headers than it may', `GET / HTTP/1.1\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'HeadersTooLarge'],
  ])('answers a request that %s as it answers all others', async (_what, request, status, code) => {
    const server = createPageServer(async () => app, log);
    const port = await server.listen({ host: '127.0.0.1', port: 0 });
    const answer = await rawRequest(`http://127.0.0.1:${port}`, [request]);
    expect(statusOf(answer)).toBe(status);
    expect(answer).toContain('\r\nCache-Control: no-store\r\nContent-Type: application/problem+json\r\n');
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status, code });
    await server.close();
  });

  it('adds nothing to an answer that is under way', async () => {
    const server = createPageServer(
      async () => ({ ...app, handle: (_request, response) => void response.write('a') }),
      log,
    );
    const port = (await server.listen({ host: '127.0.0.1', port: 0 })) ?? 0;
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => text).toContain('\r\n\r\n1\r\na\r\n');
    socket.write('hello\r\n\r\n');
    await once(socket, 'close');
    expect(text.match(/HTTP\/1.1/g)).toHaveLength(1);
    await server.close();
  });

  it('ends while a request is under way', async () => {
    const reached = Promise.withResolvers<void>();
    let stops = 0;
    const busy: PageApp = {
      handle: () => reached.resolve(),
      stop() {
        stops += 1;
      },
    };
    const server = createPageServer(async () => busy, log);
    const url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}/`;
    const answered = fetch(url).then(
      () => true,
      () => false,
    );
    await reached.promise;
    await server.close();
    expect([stops, await answered]).toEqual([1, false]);
  });
});
