import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createAuthority } from '../../../../control-plane/certificates.ts';
import type { HttpCaller, HttpCallerOptions } from '../../../../operator/alerts/send/http-caller.ts';
import { createHttpCallers } from '../../../../operator/alerts/send/http-callers.ts';

const PLAIN: HttpCallerOptions = { tls: undefined, proxy: undefined, allowLinkLocal: false };

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function service() {
  const ports: unknown[] = [];
  const server = createServer((request, response) => {
    ports.push(request.socket.remotePort);
    response.end('taken');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { ports, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`) };
}

async function ask(caller: HttpCaller, url: URL): Promise<void> {
  await caller.request({ method: 'POST', url, body: '{}' }, new AbortController().signal);
  // The connection is free again a turn after its answer.
  await new Promise((resolve) => setImmediate(resolve));
}

it('callers without TLS settings and a proxy share connections until the last of them is closed', async () => {
  const { ports, url } = await service();
  const callers = createHttpCallers();
  const [one, other] = [callers(PLAIN), callers(PLAIN)];
  await ask(one, url);
  await ask(other, url);
  await one.close();
  await one.close();
  await ask(other, url);
  expect(new Set(ports).size).toBe(1);
  await other.close();
  const next = callers(PLAIN);
  ended.push(next.close);
  await ask(next, url);
  expect(new Set(ports).size).toBe(2);
});

it('a caller with TLS settings of its own shares none', async () => {
  const { ports, url } = await service();
  const callers = createHttpCallers();
  const { certificatePem: ca } = await createAuthority('one');
  const made = [callers(PLAIN), callers({ ...PLAIN, tls: { ca, cert: undefined, key: undefined } })];
  ended.push(...made.map(({ close }) => close));
  for (const caller of made) await ask(caller, url);
  expect(new Set(ports).size).toBe(2);
});
