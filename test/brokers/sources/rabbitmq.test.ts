/** The source `rabbitmq` and Debian's server, one for all tests: each has a queue of its own. */
import { type ChannelModel, connect, type Options } from 'amqplib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../../control-plane/certificates.ts';
import { lineProgress } from '../../../control-plane/progress.ts';
import type { RabbitMqBlock } from '../../../operator/sources/brokers/rabbitmq/block.ts';
import { rabbitmq } from '../../../operator/sources/brokers/rabbitmq.ts';
import type { Message, Source } from '../../../operator/sources/source.ts';
import { type RabbitMq, startRabbitMq } from '../../../scripts/brokers/rabbitmq.ts';
import { faultOf, type OpenOptions, openSource, receiveCount, receiveSome } from '../../support/sources/open-source.ts';
import { waitFor } from '../../support/wait-for.ts';

const PASSWORD = 'open sesame';
const admin = { username: 'guest', password: 'guest' };

let server: RabbitMq;
let certificates: Record<string, string>;
const ended: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const authority = await createAuthority('rabbitmq');
  const [own, client] = await Promise.all([
    issueCertificate(authority, { commonName: 'server', hosts: ['127.0.0.1'] }),
    issueCertificate(authority, { commonName: 'certified' }),
  ]);
  certificates = { 'ca.crt': authority.certificatePem, 'tls.crt': client.certificatePem, 'tls.key': client.keyPem };
  const files = { 'ca.crt': authority.certificatePem, 'tls.crt': own.certificatePem, 'tls.key': own.keyPem };
  const config = [
    'listeners.ssl.1 = 127.0.0.1:TLS_PORT',
    'ssl_options.cacertfile = FOLDER/ca.crt',
    'ssl_options.certfile = FOLDER/tls.crt',
    'ssl_options.keyfile = FOLDER/tls.key',
    'ssl_options.verify = verify_peer',
    'ssl_cert_login_from = common_name',
    'auth_mechanisms.1 = PLAIN',
    'auth_mechanisms.2 = EXTERNAL',
  ].join('\n');
  const plugins = ['rabbitmq_auth_mechanism_ssl'];
  server = await startRabbitMq({ config, files, plugins, progress: lineProgress() });
});
afterAll(() => server?.stop());
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end().catch(() => undefined);
});

interface Queue {
  readonly name: string;
  readonly connection: ChannelModel;
  publish(body: string, options?: Options.Publish): Promise<void>;
  open(options?: OpenOptions, block?: Partial<RabbitMqBlock>): Promise<Source>;
  /** Takes one message, as another reader would; undefined: there is none. */
  get(): Promise<{ body: string; headers: Record<string, unknown> } | undefined>;
}

let queues = 0;

async function queue(options: Options.AssertQueue = {}, vhost = '/'): Promise<Queue> {
  queues += 1;
  const name = `flux-${queues}`;
  const connection = await connect({ ...addressOf(server.url), ...admin, vhost: encodeURIComponent(vhost) });
  connection.on('error', () => undefined);
  ended.push(() => connection.close());
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(name, { durable: true, ...options });
  return {
    name,
    connection,
    async publish(body, own = {}) {
      channel.sendToQueue(name, Buffer.from(body), { persistent: true, ...own });
      await channel.waitForConfirms();
    },
    async open(secret = { secret: admin }, block = {}) {
      const source = await openSource(rabbitmq, { url: server.url, queue: name, vhost, ...block }, secret);
      ended.push(() => source.close());
      return source;
    },
    async get() {
      const message = await channel.get(name, { noAck: true });
      if (message === false) return undefined;
      return { body: message.content.toString(), headers: message.properties.headers ?? {} };
    },
  };
}

function addressOf(url: string): Options.Connect {
  const { hostname, port } = new URL(url);
  return { hostname, port: Number(port) };
}

const bodies = (messages: readonly Message[]) => messages.map(({ body }) => body.toString());

test('a message comes as it was sent, whatever its content type, and an acknowledged one never again', async () => {
  const { publish, open, get } = await queue();
  await publish('{"a": 1}', {
    contentType: 'application/json',
    messageId: 'm-1',
    headers: {
      'X-GitHub-Event': 'push',
      'cloudEvents:specversion': '1.0',
      n: 7,
      yes: true,
      deep: { a: [1] },
      at: { '!': 'timestamp', value: 1_700_000_000 },
    },
  });
  const source = await open();
  const [message] = await receiveSome(source);
  expect(message).toMatchObject({
    id: 'm-1',
    attempt: 1,
    last: false,
    sentAtMs: undefined,
    body: Buffer.from('{"a": 1}'),
    attributes: {
      'content-type': 'application/json',
      'message-id': 'm-1',
      'x-github-event': 'push',
      'cloudevents:specversion': '1.0',
      n: '7',
      yes: 'true',
      deep: '{"a":[1]}',
      at: '1700000000',
    },
  });
  await message?.extend();
  await message?.ack();
  await source.close();
  expect(await get()).toBeUndefined();
});

test('no more than ten are unacknowledged', async () => {
  const { publish, open, name, connection } = await queue();
  for (let n = 0; n < 25; n++) await publish(`${n}`);
  const source = await open();
  const first = await receiveCount(source, 3);
  const channel = await connection.createChannel();
  const waiting = async () => (await channel.checkQueue(name)).messageCount;
  await waitFor('ten are given', async () => (await waiting()) === 15);
  const rest = await receiveCount(source, 7);
  for (const message of [...first, ...rest].slice(0, 4)) await message.ack();
  await receiveCount(source, 4);
  expect(await waiting()).toBe(11);
  await source.inspect();
  expect(source.lag()).toBe(11);
});

test('a message that is given back comes again at once, one that is rejected goes to the dead letters', async () => {
  const dead = await queue();
  const { publish, open } = await queue({ deadLetterExchange: '', deadLetterRoutingKey: dead.name });
  await publish('bad');
  const source = await open();
  const [first] = await receiveSome(source);
  await first?.retry(0);
  const [second] = await receiveSome(source);
  expect([first?.attempt, second?.attempt]).toEqual([1, 0]);
  await second?.reject('bad JSON');
  const letter = await waitFor('the dead letter', dead.get);
  expect(letter.body).toBe('bad');
});

test('a quorum queue counts what comes back, and gives a message up at its own limit', async () => {
  const dead = await queue();
  const quorum = { 'x-queue-type': 'quorum', 'x-delivery-limit': 2 };
  const { publish, open } = await queue({
    arguments: { ...quorum, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead.name },
  });
  await publish('again', { messageId: 'm-1' });
  const source = await open();
  const attempts: number[] = [];
  for (let n = 0; n < 3; n++) {
    const [message] = await receiveSome(source);
    attempts.push(message?.attempt ?? -1);
    await message?.retry(0);
  }
  expect(attempts).toEqual([1, 2, 3]);
  const letter = await waitFor('the dead letter', dead.get);
  expect(letter).toMatchObject({ body: 'again', headers: { 'x-first-death-reason': 'delivery_limit' } });
});

test('an ended reader takes nothing more, and what it had not received goes to others', async () => {
  const { publish, open } = await queue();
  const [source, other] = [await open(), await open()];
  const aborter = new AbortController();
  for (let n = 0; n < 4; n++) await publish(`${n}`);
  const taken = await source.receive(1, aborter.signal);
  aborter.abort();
  expect(await source.receive(10, aborter.signal)).toEqual([]);
  await publish('4');
  const rest = await receiveCount(other, 4);
  expect(bodies([...taken, ...rest]).sort()).toEqual(['0', '1', '2', '3', '4']);
});

test('a wait ends when it is aborted', async () => {
  const { open } = await queue();
  const source = await open();
  const aborter = new AbortController();
  const received = source.receive(10, aborter.signal);
  aborter.abort();
  expect(await received).toEqual([]);
});

test('a server that is killed: what was held is never acknowledged, and comes again on the next connection', async () => {
  const { publish, open } = await queue();
  await publish('held');
  const source = await open();
  const [held] = await receiveSome(source);
  const fault = faultOf(receiveSome(source));
  await server.kill();
  expect(await fault).toMatch(/^Unreachable: /);
  expect(await faultOf(held?.ack() ?? Promise.resolve())).toMatch(/^Unreachable: /);
  // The server has it back already.
  await held?.retry(0);
  await source.close();
  expect(await faultOf(open())).toBe('Unreachable: no answer from RabbitMQ: ECONNREFUSED');
  await server.start();
  const [again] = await receiveSome(await open());
  expect(again?.body.toString()).toBe('held');
  await again?.ack();
});

test('a queue that is missing or deleted says what makes it', async () => {
  const { name, open, connection } = await queue();
  const made = (queueName: string) =>
    `SourceNotFound: vhost / has no queue ${queueName}: make it with: rabbitmqadmin --vhost=/ declare queue name=${queueName} durable=true`;
  expect(await faultOf(open(undefined, { queue: 'none' }))).toBe(made('none'));
  const source = await open();
  const fault = faultOf(receiveSome(source));
  await (await connection.createChannel()).deleteQueue(name);
  expect(await fault).toBe(made(name));
});

test('a queue of another connection alone cannot be used', async () => {
  const { open } = await queue({ durable: false, exclusive: true });
  expect(await faultOf(open())).toMatch(/^SourceUnsuitable: queue flux-\d+ belongs to another connection alone$/);
});

test('credentials, rights and virtual hosts', async () => {
  await server.ctl('add_vhost', 'team a/b');
  await server.ctl('set_permissions', '-p', 'team a/b', 'guest', '.*', '.*', '.*');
  await server.ctl('add_user', 'flux', PASSWORD);
  const { name, open, publish } = await queue({}, 'team a/b');
  const secret = { username: 'flux', password: PASSWORD };
  const refused = (vhost: string) =>
    `AccessDenied: RabbitMQ refused vhost ${vhost}: it does not exist, or the user has no rights in it`;
  expect(await faultOf(open({ secret: { ...secret, password: 'guessed' } }))).toBe(
    'AuthenticationFailed: RabbitMQ refused the credentials',
  );
  expect(await faultOf(open({ secret: { username: 'flux' } }))).toBe(
    "SecretNotFound: the Secret has no key 'password'",
  );
  expect(await faultOf(open({ secret }))).toBe(refused('team a/b'));
  expect(await faultOf(open({ secret }, { vhost: 'none' }))).toBe(refused('none'));
  await server.ctl('set_permissions', '-p', 'team a/b', 'flux', '', '', '');
  expect(await faultOf(open({ secret }))).toBe(
    `AccessDenied: the user lacks the right to read queue ${name} of vhost team a/b`,
  );
  await server.ctl('set_permissions', '-p', 'team a/b', 'flux', '', '', `^${name}$`);
  await publish('one');
  const source = await open({ secret });
  expect(bodies(await receiveSome(source))).toEqual(['one']);
  const fault = faultOf(receiveSome(source));
  await server.ctl('change_password', 'flux', 'another');
  await server.ctl('close_all_connections', 'rotated', '-p', 'team a/b');
  expect(await fault).toMatch(/^Unreachable: /);
  expect(await faultOf(open({ secret }))).toBe('AuthenticationFailed: RabbitMQ refused the credentials');
  expect(bodies(await receiveSome(await open({ secret: { ...secret, password: 'another' } })))).toEqual(['one']);
});

test('a private CA, and a certificate as the only credentials', async () => {
  const { publish, open } = await queue();
  await publish('one');
  const url = server.tlsUrl;
  const { 'ca.crt': ca = '' } = certificates;
  const source = await open({ secret: admin, certificates: { 'ca.crt': ca } }, { url });
  expect(bodies(await receiveSome(source))).toEqual(['one']);
  await source.close();
  expect(await faultOf(open({ secret: admin }, { url }))).toMatch(/^Unreachable: .*(SELF_SIGNED|UNABLE_TO)/);
  // The server takes the name in the certificate for the user.
  await server.ctl('add_user', 'certified', PASSWORD);
  await server.ctl('set_permissions', 'certified', '', '', '.*');
  expect(bodies(await receiveSome(await open({ certificates }, { url })))).toEqual(['one']);
});

test('a name that leads to a link-local address is not connected to', async () => {
  const { open } = await queue();
  expect(await faultOf(open({ secret: admin }, { url: 'amqp://169.254.7.7' }))).toBe(
    'Unreachable: the address is link-local, which is refused',
  );
  // A number that a name service reads as such an address.
  expect(await faultOf(open({ secret: admin }, { url: `amqp://${0xa9fe0707}` }))).toBe(
    'Unreachable: the address is link-local, which is refused',
  );
});
