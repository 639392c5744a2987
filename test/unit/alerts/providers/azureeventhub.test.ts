import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../../../control-plane/certificates.ts';
import { parseEvent } from '../../../../operator/alerts/events/parse-event.ts';
import type { ProviderSettings } from '../../../../operator/alerts/provider-type.ts';
import { azureEventHub } from '../../../../operator/alerts/providers/azureeventhub.ts';
import { eventBody } from '../../../support/alerts/alert-world.ts';
import { type EventHub, type EventHubOptions, startEventHub } from '../../../support/alerts/event-hub.ts';
import { startHostileService } from '../../../support/alerts/hostile-service.ts';
import { notifierFor } from '../../../support/alerts/notifier-for.ts';
import { bridgeWebSocket } from '../../../support/alerts/web-socket-bridge.ts';

const event = parseEvent(Buffer.from(eventBody('payments', { name: 'ledger', message: 'ready' })));

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function hubWith(options?: EventHubOptions): Promise<EventHub> {
  const hub = await startEventHub(options);
  ended.push(hub.close);
  return hub;
}

function using(spec: object, creds: Record<string, string> = {}) {
  const notifier = notifierFor(
    { type: 'azureeventhub', secretRef: { name: 'creds' }, ...spec },
    { secrets: { creds } },
  );
  ended.push(notifier.end);
  return notifier;
}

/** As Microsoft's emulator is named: in plain text. */
function connectionString(host: string): string {
  const key = 'SharedAccessKeyName=flux;SharedAccessKey=c2VjcmV0';
  return `Endpoint=sb://${host};${key};UseDevelopmentEmulator=true;EntityPath=flux-events`;
}

test('the event is sent with a signature by the shared key, on one connection', async () => {
  const hub = await hubWith();
  const notifier = using({}, { address: connectionString(hub.host) });
  await notifier.deliver(event);
  await notifier.deliver({ ...event, message: 'again' });
  expect(hub.messages.map(({ body }) => JSON.parse(body).message)).toEqual(['ready', 'again']);
  expect(hub.messages[0]?.hub).toBe('flux-events');
  expect(hub.claims[0]).toEqual({
    type: 'servicebus.windows.net:sastoken',
    audience: expect.stringContaining('flux-events'),
  });
  expect(hub.connections()).toBe(1);
});

test('an event beyond what the hub takes is cut', async () => {
  const hub = await hubWith({ maxMessageBytes: 4_096 });
  await using({ address: connectionString(hub.host) }).deliver({ ...event, message: 'x'.repeat(10_000) });
  expect(JSON.parse(hub.messages[0]?.body ?? '').message).toMatch(/^x{1000,}…$/);
});

test('a refused key is final, and neither it nor the address is shown', async () => {
  const hub = await hubWith({ claimStatus: 401 });
  const failure = await using({ address: connectionString(hub.host) }).failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', 'Azure Event Hubs failed: UnauthorizedError']);
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ended.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('by a proxy and with a CA of its own it goes through a WebSocket', async () => {
  const hub = await hubWith();
  const authority = await createAuthority('hub');
  const { certificatePem: cert, keyPem: key } = await issueCertificate(authority, {
    commonName: 'server',
    hosts: ['acme.servicebus.windows.net'],
  });
  const seen: string[] = [];
  const service = createHttpsServer({ cert, key });
  service.on('upgrade', (request, socket) => {
    seen.push(`${request.url} ${request.headers['sec-websocket-protocol']}`);
    bridgeWebSocket(request, socket, Number(hub.host.split(':')[1]));
  });
  const servicePort = await listen(service);
  const proxy = createHttpServer();
  proxy.on('connect', ({ url, headers }, socket: Socket) => {
    seen.push(`CONNECT ${url} ${headers['proxy-authorization']}`);
    const onward = connect(servicePort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [socket, onward]) each.on('error', () => socket.destroy());
  });
  const proxyPort = await listen(proxy);
  const address = connectionString('acme.servicebus.windows.net').replace('UseDevelopmentEmulator=true;', '');
  const notifier = notifierFor(
    {
      type: 'azureeventhub',
      ...{ secretRef: { name: 'creds' }, proxySecretRef: { name: 'proxy' }, certSecretRef: { name: 'ca' } },
    },
    {
      secrets: {
        creds: { address },
        proxy: { address: `http://127.0.0.1:${proxyPort}`, username: 'flux', password: 'secret' },
        ca: { 'ca.crt': authority.certificatePem },
      },
    },
  );
  ended.push(notifier.end);
  await notifier.deliver(event);
  await notifier.deliver({ ...event, message: 'again' });
  expect(hub.messages.map(({ body }) => JSON.parse(body).message)).toEqual(['ready', 'again']);
  expect(seen).toEqual([
    `CONNECT acme.servicebus.windows.net:443 Basic ${Buffer.from('flux:secret').toString('base64')}`,
    '/$servicebus/websocket AMQPWSB10',
  ]);
});

test.each([
  ['by AMQP', {}],
  ['by a WebSocket with a CA of its own', { certSecretRef: { name: 'ca' } }],
])('a certificate that is not trusted is final, and says so: %s', async (_how, spec) => {
  const [service, { certificatePem }] = await Promise.all([
    startHostileService('bad certificate'),
    createAuthority('another'),
  ]);
  ended.push(service.close);
  const { host } = new URL(service.origin);
  const address = connectionString(host).replace('UseDevelopmentEmulator=true;', '');
  const notifier = notifierFor(
    { type: 'azureeventhub', secretRef: { name: 'creds' }, ...spec },
    { secrets: { creds: { address }, ca: { 'ca.crt': certificatePem } } },
  );
  ended.push(notifier.end);
  const failure = await notifier.failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', expect.stringContaining('certificate refused: ')]);
  expect(failure.message).not.toContain(host);
});

test.each([
  ['a JWT', 'hub', 'jwt', true],
  ['a JWT beside a connection string, which is not used', 'x;SharedAccessKey=y', 'jwt', false],
  ['no token', 'hub', '', false],
])('with %s by %s and %j: deprecated is %s', (_what, address, token, isDeprecated) => {
  const settings = { address, token } as ProviderSettings;
  expect(azureEventHub.deprecation?.(settings) !== undefined).toBe(isDeprecated);
});

test('nobody there passes', async () => {
  const hub = await startEventHub();
  await hub.close();
  const failure = await using({ address: connectionString(hub.host), timeout: '5s' }).failure(event);
  expect(failure.verdict).toBe('passing');
  expect(failure.message).not.toContain(hub.host);
});

test.each([
  ['no hub', { address: '' }, {}, 'the name of the event hub (address) cannot be empty'],
  ['no namespace', { address: 'hub' }, {}, 'the namespace of the event hub (channel) cannot be empty'],
  ['a namespace that is none', { address: 'hub', channel: 'a/b' }, {}, 'invalid namespace of the event hub (channel)'],
  ['half a connection string', { address: 'SharedAccessKey=x' }, {}, 'invalid connection string: it needs'],
  [
    'a ServiceAccount beside a token',
    { address: 'hub', channel: 'ns', serviceAccountName: 'flux' },
    { token: 'jwt' },
    'serviceAccountName cannot be set together with a token',
  ],
])('%s is refused', async (_what, spec, creds, message) => {
  const failure = await using(spec, creds).failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', expect.stringContaining(message)]);
});
