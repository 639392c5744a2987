/** The server of the page before anything of it is loaded. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { PageApp } from '../../../../operator/deliveries/api/page-app.ts';
import { createPageServer } from '../../../../operator/deliveries/api/page-server.ts';

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
    expect((await fetch(url)).status).toBe(500);
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
