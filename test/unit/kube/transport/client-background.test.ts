/** Requests in the background have a quarter of the client's rate, where the API server does not throttle by itself. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { createKubeClient } from '../../../../operator/kube/transport/client.ts';
import { KubeConfig } from '../../../../operator/kube/transport/kube-config.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { waitFor } from '../../../support/wait-for.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** @param headers of each answer */
async function setUp(headers: Readonly<Record<string, string>> = {}) {
  const seen: string[] = [];
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: false }, { name: 'u' });
  const clock = createManualClock();
  const client = createKubeClient(config, { log: pino({ level: 'silent' }), qps: 4, burst: 8, clock });
  const ask = (path: string, background: boolean) =>
    client.request({ method: 'GET', path, background, timeoutMs: 500 });
  await ask('/first', false);
  return { seen, clock, client, ask };
}

it('waits for its turn, however long, while other requests pass', async () => {
  const { seen, clock, client, ask } = await setUp();
  await Promise.all([ask('/b1', true), ask('/b2', true)]);
  const third = ask('/b3', true);
  const fourth = ask('/b4', true);
  await ask('/other', false);
  expect(seen).toEqual(expect.not.arrayContaining(['/b3', '/b4']));
  await clock.advance(1_000);
  await third;
  await ask('/another', false);
  expect(seen).not.toContain('/b4');
  await clock.advance(1_000);
  await fourth;
  await client.close();
});

it('goes out at once where the API server throttles by itself', async () => {
  const { seen, client, ask } = await setUp({ 'x-kubernetes-pf-flowschema-uid': 'x' });
  const asked = Promise.all(Array.from({ length: 20 }, (_, index) => ask(`/b${index}`, true)));
  await waitFor('all requests', async () => seen.length === 21);
  await asked;
  await client.close();
});
