/** The provider `nats` and a real nats-server: what a subscriber gets, and who may publish. */
import { type ConnectionOptions, connect, credsAuthenticator, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
import { afterEach, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../../control-plane/certificates.ts';
import { eventJson } from '../../../operator/alerts/encode/event-json.ts';
import { parseEvent } from '../../../operator/alerts/events/parse-event.ts';
import { eventBody } from '../../support/alerts/alert-world.ts';
import { createNatsAccounts } from '../../support/alerts/nats-accounts.ts';
import { type NatsServer, startNatsServer } from '../../support/alerts/nats-server.ts';
import { notifierFor } from '../../support/alerts/notifier-for.ts';

const event = parseEvent(Buffer.from(eventBody('payments', { name: 'ledger', message: 'ready' })));
/** With what the Alert adds. */
const sent = eventJson({
  ...event,
  metadata: new Map([
    ['summary', 'Ledger (payments) affected'],
    ['zone', 'eu:north:1'],
  ]),
});
const PASSWORD = 'open sesame';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function serve(config?: string, files?: Record<string, string>, port?: number): Promise<NatsServer> {
  const server = await startNatsServer(config, files, port);
  ended.push(server.end);
  return server;
}

async function subscribe(server: NatsServer, options: ConnectionOptions = {}): Promise<() => Promise<string>> {
  const connection = await connect({ servers: server.host, ...options });
  ended.push(() => connection.close());
  const messages = connection.subscribe('flux.events')[Symbol.asyncIterator]();
  await connection.flush();
  return async () => (await messages.next()).value?.string() ?? '';
}

function publisher(address: string, secrets: Record<string, Record<string, string>> = {}) {
  const refs = 'tls' in secrets ? { certSecretRef: { name: 'tls' } } : {};
  const spec = { type: 'nats', address, channel: 'flux.events', secretRef: { name: 'creds' }, ...refs };
  const notifier = notifierFor(spec, { secrets });
  ended.push(notifier.end);
  return notifier;
}

test('a subscriber gets the event', async () => {
  const server = await serve();
  const next = await subscribe(server);
  await publisher(`nats://${server.host}`).deliver(event);
  expect(await next()).toBe(sent);
});

test('a username and a password are proved; wrong ones are final and not shown', async () => {
  const server = await serve(`authorization { user: flux, password: "${PASSWORD}" }`);
  const next = await subscribe(server, { user: 'flux', pass: PASSWORD });
  await publisher(server.host, { creds: { username: 'flux', password: PASSWORD } }).deliver(event);
  expect(await next()).toBe(sent);
  await publisher(`nats://flux:${encodeURIComponent(PASSWORD)}@${server.host}`).deliver(event);
  expect(await next()).toBe(sent);
  const failure = await publisher(server.host, { creds: { username: 'flux', password: 'guessed' } }).failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', 'NATS refused the credentials']);
});

test('an nkey is proved', async () => {
  const user = nkeys.createUser();
  const server = await serve(`authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`);
  const next = await subscribe(server, { authenticator: nkeyAuthenticator(user.getSeed()) });
  await publisher(server.host, { creds: { nkey: `${Buffer.from(user.getSeed())}\n` } }).deliver(event);
  expect(await next()).toBe(sent);
});

test('a file of credentials is proved', async () => {
  const { config, creds } = createNatsAccounts();
  const server = await serve(config);
  const next = await subscribe(server, { authenticator: credsAuthenticator(Buffer.from(creds)) });
  await publisher(server.host, { creds: { creds } }).deliver(event);
  expect(await next()).toBe(sent);
});

test('a private CA and a certificate of the client', async () => {
  const authority = await createAuthority('nats');
  const [own, client] = await Promise.all([
    issueCertificate(authority, { commonName: 'server', hosts: ['127.0.0.1'] }),
    issueCertificate(authority, { commonName: 'flux' }),
  ]);
  const config =
    'tls { cert_file: "FOLDER/tls.crt", key_file: "FOLDER/tls.key", ca_file: "FOLDER/ca.crt", verify: true, timeout: 30 }';
  const files = { 'tls.crt': own.certificatePem, 'tls.key': own.keyPem, 'ca.crt': authority.certificatePem };
  const server = await serve(config, files);
  const certificates = { ca: authority.certificatePem, cert: client.certificatePem, key: client.keyPem };
  const next = await subscribe(server, { tls: Object.assign({ host: '127.0.0.1' }, certificates) });
  const tls = { 'ca.crt': certificates.ca, 'tls.crt': certificates.cert, 'tls.key': certificates.key };
  await publisher(`tls://${server.host}`, { tls }).deliver(event);
  expect(await next()).toBe(sent);
  const failure = await publisher(`tls://${server.host}`).failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', expect.stringContaining('certificate refused')]);
});

test('a subject that the user may not publish on is final', async () => {
  const server = await serve(
    `authorization { users: [ { user: flux, password: "${PASSWORD}", permissions: { publish: "other" } } ] }`,
  );
  const failure = await publisher(server.host, { creds: { username: 'flux', password: PASSWORD } }).failure(event);
  expect([failure.verdict, failure.message]).toEqual([
    'final',
    'NATS refused the message: the user may not publish on this subject',
  ]);
});

test('a message beyond what the server takes is cut', async () => {
  const server = await serve('max_payload: 2048');
  const next = await subscribe(server);
  await publisher(server.host).deliver({ ...event, message: 'x'.repeat(10_000) });
  const { message } = JSON.parse(await next());
  expect(message).toMatch(/^x{1000,}…$/);
});

test('a server that was away is found again', async () => {
  const server = await startNatsServer();
  const notifier = publisher(server.host);
  await notifier.deliver(event);
  await server.end();
  expect((await notifier.failure(event)).verdict).toBe('passing');
  const again = await serve('', {}, Number(server.host.split(':')[1]));
  const next = await subscribe(again);
  await notifier.deliver(event);
  expect(await next()).toBe(sent);
});
