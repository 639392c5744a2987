/** The source `nats` and real servers: Debian's 2.9 and a current one. */
import { AckPolicy, type ConsumerConfig, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type ConnectionOptions, connect, headers, type MsgHdrs, nkeys } from '@nats-io/transport-node';
import { NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAuthority, issueCertificate } from '../../../control-plane/certificates.ts';
import type { NatsBlock } from '../../../operator/sources/brokers/nats/block.ts';
import { nats } from '../../../operator/sources/brokers/nats.ts';
import type { Source } from '../../../operator/sources/source.ts';
import { type NatsEdition, type NatsServer, startNats } from '../../../scripts/brokers/nats.ts';
import { createNatsAccounts } from '../../support/alerts/nats-accounts.ts';
import {
  faultOf,
  type OpenOptions,
  openSource,
  receiveCount,
  receiveSome,
  receiveThrough,
} from '../../support/sources/open-source.ts';
import { waitFor } from '../../support/wait-for.ts';

const SECOND_NS = 1_000_000_000;
const PASSWORD = 'open sesame';
const never = new AbortController().signal;

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

interface Broker {
  readonly server: NatsServer;
  readonly manager: JetStreamManager;
  publish(body: string, on?: string, own?: MsgHdrs): Promise<void>;
  /** Adds the consumer. */
  add(config?: Partial<ConsumerConfig>): Promise<void>;
  open(options?: OpenOptions, block?: Partial<NatsBlock>): Promise<Source>;
  /** Delivered and not acknowledged, delivered more than once, never delivered. */
  counts(): Promise<{ held: number; again: number; waiting: number }>;
}

const editions: readonly NatsEdition[] = ['debian', 'current'];

describe.each(editions)('nats-server, %s', (edition) => {
  async function serve(config = '', files: Record<string, string> = {}): Promise<NatsServer> {
    const server = await startNats({ edition, config, files });
    ended.push(server.stop);
    return server;
  }

  /** A server with the stream `FLUX` of `flux.>`. @param admin how the test itself connects. */
  async function broker(
    config = '',
    admin: ConnectionOptions = {},
    files: Record<string, string> = {},
  ): Promise<Broker> {
    const server = await serve(config, files);
    const connection = await connect({
      servers: server.host,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
      ...admin,
    });
    ended.push(() => connection.close());
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'FLUX', subjects: ['flux.>'] });
    const client = jetstream(connection);
    const durable = { durable_name: 'sluice', ack_policy: AckPolicy.Explicit, ack_wait: 30 * SECOND_NS };
    return {
      server,
      manager,
      async publish(body, on = 'flux.harbor', own) {
        await client.publish(on, body, own === undefined ? {} : { headers: own });
      },
      async add(changed = {}) {
        await manager.consumers.add('FLUX', { ...durable, ...changed });
      },
      async open(options = {}, block = {}) {
        const source = await openSource(
          nats,
          { servers: [server.url], stream: 'FLUX', consumer: 'sluice', ...block },
          options,
        );
        ended.push(() => source.close());
        return source;
      },
      async counts() {
        const info = await manager.consumers.info('FLUX', 'sluice');
        return { held: info.num_ack_pending, again: info.num_redelivered, waiting: info.num_pending };
      },
    };
  }

  async function reading(config: Partial<ConsumerConfig> = {}): Promise<Broker & { source: Source }> {
    const made = await broker();
    await made.add(config);
    return { ...made, source: await made.open() };
  }

  test('a message comes as it was sent, and an acknowledged one never again', async () => {
    const { source, publish, counts } = await reading();
    const before = Date.now();
    const own = headers();
    own.append('Ce-Type', 'harbor.pushed');
    own.append('X-Seen', 'a');
    own.append('X-Seen', 'b');
    await publish('{"a":1}', 'flux.harbor', own);
    const [message] = await receiveSome(source);
    expect(message).toMatchObject({
      id: 'FLUX/1',
      attempt: 1,
      last: false,
      body: Buffer.from('{"a":1}'),
      attributes: { 'ce-type': 'harbor.pushed', 'x-seen': 'a, b', 'nats-subject': 'flux.harbor' },
    });
    expect(message?.sentAtMs).toBeGreaterThanOrEqual(before - 1);
    await message?.ack();
    expect(await counts()).toEqual({ held: 0, again: 0, waiting: 0 });
    expect(await source.inspect()).toEqual([]);
    expect([source.extendEveryMs, source.lag()]).toEqual([15_000, 0]);
  });

  test('no more are in flight than were asked for', async () => {
    const { source, publish, counts } = await reading();
    for (let n = 0; n < 25; n++) await publish(`${n}`);
    const first = await receiveCount(source, 10);
    expect(await counts()).toEqual({ held: 10, again: 0, waiting: 15 });
    for (const message of first.slice(0, 4)) await message.ack();
    const more = await receiveCount(source, 4);
    expect(await counts()).toEqual({ held: 10, again: 0, waiting: 11 });
    await source.inspect();
    expect(source.lag()).toBe(21);
    expect([...first, ...more].map(({ body }) => body.toString())).toEqual(
      Array.from({ length: 14 }, (_, n) => `${n}`),
    );
  });

  test('what others hold is not done: where they hold all that may be, nothing comes, and the lag tells', async () => {
    const { source, publish, open } = await reading({ max_ack_pending: 2 });
    await publish('0');
    await publish('1');
    const held = await receiveCount(source, 2);
    await publish('2');
    const other = await open();
    expect(other.lag()).toBe(3);
    expect(await other.receive(10, never)).toEqual([]);
    expect(other.lag()).toBe(3);
    for (const message of held) await message.ack();
    const [last] = await receiveSome(other);
    await last?.ack();
    expect(await other.receive(10, never)).toEqual([]);
    expect(other.lag()).toBe(0);
  });

  test('what waits at an empty consumer gets what comes, and no more', async () => {
    const { source, publish, counts } = await reading();
    const received = receiveSome(source, 2);
    for (let n = 0; n < 3; n++) await publish(`${n}`);
    const held = (await received).length;
    await expect.poll(counts).toEqual({ held, again: 0, waiting: 3 - held });
  });

  test('a message that is extended stays far beyond ack_wait, and is given once', async () => {
    const { source, publish, counts } = await reading({ ack_wait: SECOND_NS });
    await publish('long');
    const [message] = await receiveSome(source);
    expect(source.extendEveryMs).toBe(500);
    // Another one that is not extended comes again three times meanwhile.
    await publish('short');
    let short = (await receiveSome(source))[0];
    while ((short?.attempt ?? 0) < 4) {
      const next = source.receive(1, never);
      for (let waiting = true; waiting; ) {
        await message?.extend();
        const pause = new Promise((resolve) => setTimeout(resolve, 100));
        waiting = (await Promise.race([next.then(() => 'came'), pause])) !== 'came';
      }
      [short] = await next;
      expect(short?.body.toString() ?? 'short').toBe('short');
    }
    await message?.ack();
    await short?.ack();
    expect(await counts()).toEqual({ held: 0, again: 0, waiting: 0 });
  });

  test('a message comes again after its delay, or at once; max_deliver says which time is the last', async () => {
    const { source, publish } = await reading({ max_deliver: 3 });
    expect(await source.inspect()).toEqual(['max_deliver of the consumer is 3, set it to 10 or more']);
    await publish('again');
    const start = performance.now();
    const [first] = await receiveSome(source);
    await first?.retry(1_500);
    const [second] = await receiveSome(source);
    expect(performance.now() - start).toBeGreaterThan(1_450);
    await second?.retry(0);
    const [third] = await receiveSome(source);
    expect([first, second, third].map((each) => [each?.id, each?.attempt, each?.last])).toEqual([
      ['FLUX/1', 1, false],
      ['FLUX/1', 2, false],
      ['FLUX/1', 3, true],
    ]);
  });

  test('a rejected message never comes again', async () => {
    const { source, publish, counts } = await reading({ ack_wait: SECOND_NS });
    await publish('poison');
    const [message] = await receiveSome(source);
    await message?.reject('bad JSON');
    expect(await counts()).toEqual({ held: 0, again: 0, waiting: 0 });
    await publish('next');
    expect((await receiveSome(source)).map(({ id }) => id)).toEqual(['FLUX/2']);
  });

  test('an aborted wait ends at once and leaves no request behind', async () => {
    const { source, publish, open } = await reading();
    const aborter = new AbortController();
    const received = source.receive(10, aborter.signal);
    await waitForPull();
    aborter.abort();
    expect(await received).toEqual([]);
    expect(await source.receive(10, aborter.signal)).toEqual([]);
    await publish('later');
    expect((await receiveSome(await open())).map(({ attempt }) => attempt)).toEqual([1]);
  });

  test('a server that is killed and started is read on, and what was held is acknowledged', async () => {
    const { source, publish, counts, server } = await reading();
    await publish('held');
    const [held] = await receiveSome(source);
    const next = receiveThrough(source);
    await server.kill();
    await server.start();
    await waitFor('publish', () => publish('later').then(() => true));
    const came = [...(await next)];
    await held?.ack();
    // A server that was killed may not know that it had given the first one, which comes again then.
    const left = async () => {
      const { held: unacknowledged, waiting } = await counts();
      return unacknowledged + waiting;
    };
    for (let acknowledged = 0; acknowledged < came.length || (await left()) > 0; acknowledged += 1) {
      if (acknowledged === came.length) came.push(...(await receiveThrough(source)));
      await came[acknowledged]?.ack();
    }
    const bodies = came.map(({ body }) => body.toString());
    expect(bodies).toContain('later');
    expect(bodies.filter((body) => body !== 'later').length).toBeLessThanOrEqual(1);
  });

  test('a server that stays away is unreachable, and is read again when it is back', async () => {
    const { source, publish, server } = await reading();
    await server.kill();
    expect(await faultOf(receiveSome(source))).toBe('Unreachable: the connection to NATS is lost');
    const recovered = source.recovered?.();
    await server.start();
    expect(await recovered).toBe(true);
    expect(await source.recovered?.()).toBe(false);
    await waitFor('publish', () => publish('later').then(() => true));
    expect((await receiveThrough(source)).length).toBe(1);
  });

  test('a consumer that is deleted is missed, and read again once it is there', async () => {
    const { source, publish, manager, add } = await reading();
    const fault = faultOf(receiveSome(source));
    await manager.consumers.delete('FLUX', 'sluice');
    expect(await fault).toBe(
      'SourceNotFound: stream FLUX has no consumer sluice: make it with: nats consumer add FLUX sluice --pull --ack explicit --deliver all --max-deliver 20 --defaults',
    );
    await publish('meanwhile');
    const faults: string[] = [];
    const next = receiveThrough(source, faults);
    await waitFor('a second look', () => faults.length > 0);
    await add();
    expect((await next).map(({ body }) => body.toString())).toEqual(['meanwhile']);
    expect(faults).toEqual(['SourceNotFound']);
  });

  test('a stream or consumer that is missing, or cannot be used, says what makes it', async () => {
    const { open, add } = await broker();
    expect(await faultOf(open({}, { stream: 'NONE' }))).toBe(
      'SourceNotFound: there is no stream NONE: make it with: nats stream add NONE --subjects <subjects> --defaults',
    );
    expect(await faultOf(open())).toContain(
      'SourceNotFound: stream FLUX has no consumer sluice: make it with: nats consumer add FLUX sluice',
    );
    await add({ durable_name: 'pushed', deliver_subject: 'out' });
    expect(await faultOf(open({}, { consumer: 'pushed' }))).toContain(
      'SourceUnsuitable: consumer pushed of stream FLUX is a push consumer: ',
    );
    await add({ durable_name: 'loose', ack_policy: AckPolicy.None });
    expect(await faultOf(open({}, { consumer: 'loose' }))).toContain(
      'SourceUnsuitable: consumer loose of stream FLUX has the acknowledgement policy none, not explicit: ',
    );
  });

  const users = (password: string, permissions = '') => `
    accounts { APP { jetstream: enabled, users: [
      { user: admin, password: "${PASSWORD}" }, { user: flux, password: "${password}"${permissions} } ] } }`;
  const asAdmin = { user: 'admin', pass: PASSWORD };

  test('credentials that are revoked and restored', async () => {
    const { server, add, open, publish } = await broker(users(PASSWORD), asAdmin);
    await add();
    const secret = { username: 'flux', password: PASSWORD };
    expect(await faultOf(open({ secret: { ...secret, password: 'guessed' } }))).toBe(
      'AuthenticationFailed: NATS refused the credentials',
    );
    expect(await faultOf(open())).toBe('AuthenticationFailed: NATS refused the credentials');
    const source = await open({ secret });
    const faults: string[] = [];
    const next = receiveThrough(source, faults);
    await server.reload(users('another'));
    await waitFor('a refusal', () => faults.length > 0);
    await publish('later');
    await server.reload(users(PASSWORD));
    expect((await next).map(({ body }) => body.toString())).toEqual(['later']);
    // How often the client tries in between is its own affair.
    expect(faults[0]).toBe('AuthenticationFailed');
    expect(faults.filter((fault) => !['AuthenticationFailed', 'Unreachable'].includes(fault))).toEqual([]);
  });

  test.each([
    ['INFO', '$JS.API.CONSUMER.INFO.FLUX.sluice'],
    ['MSG.NEXT', '$JS.API.CONSUMER.MSG.NEXT.FLUX.sluice'],
  ])('a user without the right to %s is told', async (_, subject) => {
    const { add, open } = await broker(users(PASSWORD, `, permissions: { publish: { deny: "${subject}" } }`), asAdmin);
    await add();
    const read = async () => receiveSome(await open({ secret: { username: 'flux', password: PASSWORD } }));
    expect(await faultOf(read())).toBe(
      `AccessDenied: the user lacks the right to publish to ${subject}, or to subscribe to _INBOX.>`,
    );
  });

  test('least rights are enough', async () => {
    const least = `, permissions: { subscribe: "_INBOX.>", publish: [
      "$JS.API.CONSUMER.INFO.FLUX.sluice", "$JS.API.CONSUMER.MSG.NEXT.FLUX.sluice", "$JS.ACK.FLUX.sluice.>" ] }`;
    const { add, open, publish, counts } = await broker(users(PASSWORD, least), asAdmin);
    await add();
    await publish('one');
    const [message] = await receiveSome(await open({ secret: { username: 'flux', password: PASSWORD } }));
    await message?.extend();
    await message?.ack();
    expect((await counts()).held).toBe(0);
  });

  test('an nkey, a token, and a file of credentials', async () => {
    const user = nkeys.createUser();
    const seed = Buffer.from(user.getSeed()).toString();
    const byKey = `accounts { APP { jetstream: enabled, users: [ { user: admin, password: "${PASSWORD}" }, { nkey: ${user.getPublicKey()} } ] } }`;
    const { creds, config } = createNatsAccounts();
    const { credsAuthenticator } = await import('@nats-io/transport-node');
    const table: [string, ConnectionOptions, Record<string, string>][] = [
      [byKey, asAdmin, { nkey: `${seed}\n` }],
      [`authorization { token: "${PASSWORD}" }`, { token: PASSWORD }, { token: PASSWORD }],
      [config, { authenticator: credsAuthenticator(Buffer.from(creds)) }, { creds }],
    ];
    for (const [configuration, admin, secret] of table) {
      const { add, open, publish } = await broker(configuration, admin);
      await add();
      await publish('one');
      expect((await receiveSome(await open({ secret }))).length).toBe(1);
    }
  });

  // Older servers know no such consumers.
  if (edition === 'current') {
    test('of a consumer that takes no requests nothing but the code is told', async () => {
      const { open, add } = await broker();
      await add({ priority_groups: ['others'], priority_policy: 'overflow' });
      const source = await open();
      expect(await faultOf(source.receive(10, never))).toBe(
        'SourceUnsuitable: consumer sluice of stream FLUX takes no requests: 400',
      );
    });
  }

  test('a private CA and a certificate of the client', async () => {
    const authority = await createAuthority('nats');
    const [own, client] = await Promise.all([
      issueCertificate(authority, { commonName: 'server', hosts: ['127.0.0.1', 'localhost'] }),
      issueCertificate(authority, { commonName: 'flux' }),
    ]);
    const tls =
      'tls { cert_file: "FOLDER/tls.crt", key_file: "FOLDER/tls.key", ca_file: "FOLDER/ca.crt", verify: true, timeout: 30 }';
    const files = { 'tls.crt': own.certificatePem, 'tls.key': own.keyPem, 'ca.crt': authority.certificatePem };
    const admin = { ca: authority.certificatePem, cert: client.certificatePem, key: client.keyPem };
    const { server, add, open, publish } = await broker(
      tls,
      { tls: Object.assign({ host: '127.0.0.1' }, admin) },
      files,
    );
    await add();
    await publish('one');
    const [, port] = server.host.split(':');
    const certificates = { 'ca.crt': admin.ca, 'tls.crt': admin.cert, 'tls.key': admin.key };
    for (const host of ['127.0.0.1', 'localhost']) {
      const source = await open({ certificates }, { servers: [`tls://${host}:${port}`] });
      const [message] = await receiveSome(source);
      await message?.retry(0);
    }
    const servers = [`tls://${server.host}`];
    expect(await faultOf(open({}, { servers }))).toMatch(/^Unreachable: .*(SELF_SIGNED|UNABLE_TO)/);
    expect(await faultOf(open({ certificates: { 'ca.crt': admin.ca } }, { servers }))).toMatch(
      /^AuthenticationFailed: .*CERTIFICATE/,
    );
  });

  test('tls:// is never talked to in the clear', async () => {
    const { server, open } = await broker();
    expect(await faultOf(open({ secret: { token: PASSWORD } }, { servers: [`tls://${server.host}`] }))).toBe(
      'Unreachable: no answer from NATS (connection)',
    );
  });

  test('no link-local address is dialled, of the object or advertised by a server', async () => {
    const { server, add, open, publish } = await broker('client_advertise: "169.254.7.7:4222"');
    await add();
    const dialled = vi.spyOn(NodeTransport.prototype, 'dial');
    ended.push(async () => dialled.mockRestore());
    expect(await faultOf(open({}, { servers: ['nats://169.254.7.7:4222'] }))).toBe(
      'Unreachable: the address of a server is link-local, which is refused',
    );
    const source = await open();
    const next = receiveThrough(source);
    await server.kill();
    await waitFor('two rounds over all servers', () => dialled.mock.calls.length >= 3);
    await server.start();
    await waitFor('publish', () => publish('later').then(() => true));
    await next;
    expect(new Set(dialled.mock.calls.map(([{ hostname }]) => hostname))).toEqual(new Set(['127.0.0.1']));
  });

  /** A turn or two, in which the request goes out. */
  function waitForPull(): Promise<void> {
    return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }
});
