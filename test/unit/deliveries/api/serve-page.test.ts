// Where the paths of screens lead.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePage } from '../../../../operator/deliveries/api/serve-page.ts';

let server: Server;
beforeAll(async () => {
  const app = express();
  app.use(servePage('/nonexistent'));
  app.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.sendStatus(404);
  });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

async function led(path: string) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const { status, headers } = await fetch(url, { redirect: 'manual' });
  const location = headers.get('location');
  return location === null ? status : new URL(location, `https://tools.example.com/sluice${path}`).href;
}

describe('the path of a screen', () => {
  it.each([
    '/receivers',
    '/alerts/',
    '/receivers/apps/app',
    '/receivers/apps/my.app',
    '/brokerreceivers/apps/my.app/0mwyofht9000000320cba44a347e',
    '/playground/apps/app',
  ])('%s leads to its fragment, below any path that a proxy serves the page at', async (path) => {
    expect(await led(path)).toBe(`https://tools.example.com/sluice/#${path}`);
  });

  it.each(['/page.css.map', '/receivers/apps.css', '/../operator.js', '/receivers/../../x.js'])(
    '%s leads nowhere',
    async (path) => {
      expect(await led(path)).toBe(404);
    },
  );
});
