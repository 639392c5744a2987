/** What one sender may take, on real sockets: alone, behind a proxy that says whose word it brings, and pretending. */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../../../../control-plane/certificates.ts';
import {
  connectTo,
  exchange,
  HOOK,
  type RawConnection,
  requestText,
  type Served,
  type ServedOptions,
  startServer,
  talkOn,
} from '../start-server.ts';

const running: Served[] = [];

async function start(options: ServedOptions): Promise<Served> {
  const served = await startServer(options);
  running.push(served);
  return served;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

const PROXY = ['127.0.0.1'];
const good = (...headers: string[]): string => requestText(HOOK, '{}', headers);
const bad = (...headers: string[]): string => requestText('/hook/unknown', '{}', headers);
const from = (address: string): string => `X-Forwarded-For: ${address}`;

async function status(served: Served, request: string): Promise<number | undefined> {
  return (await exchange(served.port, request))?.status;
}

async function statusOn(connection: RawConnection, request: string): Promise<number | undefined> {
  connection.send(request);
  return (await connection.answer())?.status;
}

describe('requests on one connection', () => {
  it('come to an end with the limit, and say so', async () => {
    const served = await start({ limits: { maxRequestsPerConnection: 2 } });
    const connection = await connectTo(served.port);
    connection.send(good() + good() + good());
    expect((await connection.answer())?.headers.connection).not.toBe('close');
    expect(await connection.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(await connection.ended()).toBe('');
    expect(served.delivered).toHaveLength(2);
  });
});

describe('connections of one address', () => {
  it('are cut at the limit, and counted', async () => {
    const served = await start({ limits: { maxConnectionsPerAddress: 2 } });
    const taken = await Promise.all([connectTo(served.port), connectTo(served.port)]);
    for (const connection of taken) expect(await statusOn(connection, good())).toBe(200);
    expect(await status(served, good())).toBeUndefined();
    expect(await served.metric('sluice_webhooks_total', { result: 'TooManyOfAddress' })).toBe(1);
    const other = await talkOn(connect({ port: served.port, host: '127.0.0.1', localAddress: '127.0.0.2' }), 'connect');
    expect(await statusOn(other, good())).toBe(200);
    for (const { socket } of [...taken, other]) socket.destroy();
    await expect.poll(() => status(served, good())).toBe(200);
  });

  it('are without one for a trusted proxy', async () => {
    const served = await start({ limits: { maxConnectionsPerAddress: 1 }, trustedProxies: PROXY });
    const [one, two] = [await connectTo(served.port), await connectTo(served.port)];
    expect([await statusOn(one, good()), await statusOn(two, good())]).toEqual([200, 200]);
    for (const { socket } of [one, two]) socket.destroy();
  });
});

describe('a sender that is refused too often', () => {
  const limits = { refusedPerSecond: 0.01, refusedBurst: 3 };

  it('gets 429 to all, with the time to wait, and nothing of it is delivered', async () => {
    const served = await start({ limits });
    for (let time = 0; time < 3; time++) expect(await status(served, bad())).toBe(404);
    const answer = await exchange(served.port, good());
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '100', 'content-length': '0' } });
    expect(served.delivered).toHaveLength(0);
    expect(await served.metric('sluice_webhooks_total', { type: 'unknown', result: 'RefusedTooOften' })).toBe(1);
  });

  it.each([
    ['missing signatures', good().replace(/X-Sig.*\r\n/, ''), 400],
    ['wrong methods', good().replace('POST', 'DELETE'), 405],
    ['bytes that are no request', 'garbage\r\n\r\n', 400],
  ])('may be so for %s', async (_name, request, refusal) => {
    const served = await start({ limits });
    for (let time = 0; time < 3; time++) expect(await status(served, request)).toBe(refusal);
    expect(await status(served, good())).toBe(429);
  });

  it('is not so for what is no fault of its own', async () => {
    const served = await start({ limits, deliver: () => Promise.reject(new Error('a fault')) });
    for (let time = 0; time < 5; time++) expect(await status(served, good())).toBe(500);
  });

  it('may send as it likes without the limit', async () => {
    const served = await start({});
    for (let time = 0; time < 100; time++) expect(await status(served, bad())).toBe(404);
    expect(await status(served, good())).toBe(200);
  });

  it('does not hide behind a header that it writes itself', async () => {
    const served = await start({ limits });
    for (let time = 0; time < 3; time++) expect(await status(served, bad(from(`198.51.100.${time}`)))).toBe(404);
    expect(await status(served, good(from('198.51.100.9')))).toBe(429);
  });

  it('is distinguished from others behind a trusted proxy', async () => {
    const served = await start({ limits, trustedProxies: PROXY });
    for (let time = 0; time < 3; time++) expect(await status(served, bad(from('198.51.100.1')))).toBe(404);
    expect(await status(served, good(from('1.1.1.1, 198.51.100.1')))).toBe(429);
    expect(await status(served, good(from('198.51.100.2')))).toBe(200);
    for (let time = 0; time < 9; time++) expect(await status(served, bad())).toBe(404);
    expect(await status(served, good())).toBe(200);
  });
});

describe('the PROXY protocol', () => {
  const limits = { refusedPerSecond: 0.000_01, refusedBurst: 2 };
  /** For what never comes to an end; the rest must not depend on how fast the machine is. */
  const impatient = { ...limits, headersTimeoutMs: 300, checkIntervalMs: 50 };
  const proxied = { limits, trustedProxies: PROXY, proxyProtocol: true };
  const header = (address: string): string => `PROXY TCP4 ${address} 127.0.0.1 4444 80\r\n`;

  it('tells senders apart, whole or byte by byte', async () => {
    const served = await start(proxied);
    for (let time = 0; time < 2; time++) expect(await status(served, header('198.51.100.1') + bad())).toBe(404);
    expect(await status(served, header('198.51.100.1') + good())).toBe(429);
    const connection = await connectTo(served.port);
    for (const byte of header('198.51.100.2')) {
      connection.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await statusOn(connection, good())).toBe(200);
    expect(await statusOn(connection, good() + bad())).toBe(200);
    connection.socket.destroy();
  });

  it('goes before a body of any size, and before several requests', async () => {
    const served = await start(proxied);
    const body = 'x'.repeat(2_000_000);
    const connection = await connectTo(served.port);
    connection.send(header('198.51.100.1') + requestText(HOOK, body) + good());
    expect([(await connection.answer())?.status, (await connection.answer())?.status]).toEqual([200, 200]);
    expect(served.deliveredBytes).toEqual([body.length, 2]);
    connection.socket.destroy();
  });

  it.each([
    ['is missing', good(), limits],
    ['is broken', `PROXY TCP4 nowhere\r\n${good()}`, limits],
    ['never comes', '', impatient],
    ['never ends', 'PROXY TCP4 198.51.100.1', impatient],
  ])('a connection whose header %s is ended without a word', async (_name, bytes, timed) => {
    const served = await start({ ...proxied, limits: timed });
    const connection = await connectTo(served.port);
    connection.send(bytes);
    expect(await connection.ended()).toBe('');
    expect(await served.metric('sluice_webhooks_total', { result: 'ProxyHeaderInvalid' })).toBe(1);
    if (timed === limits) expect(await status(served, header('198.51.100.1') + good())).toBe(200);
  });

  it('a connection whose header never comes keeps nobody else out', async () => {
    const served = await start(proxied);
    const silent = await connectTo(served.port);
    expect(await status(served, header('198.51.100.1') + good())).toBe(200);
    silent.socket.destroy();
  });

  it('a connection that ends within its header is ended at once', async () => {
    const served = await start({ ...proxied, limits: {} });
    const connection = await connectTo(served.port);
    connection.socket.end('PROXY TCP4');
    expect(await connection.ended()).toBe('');
    expect(await served.metric('sluice_webhooks_total', { result: 'ProxyHeaderInvalid' })).toBe(1);
  });

  it('is not accepted from who is not trusted: its header is a broken request', async () => {
    const served = await start({ ...proxied, trustedProxies: ['10.0.0.0/8'] });
    expect(await status(served, header('198.51.100.1') + good())).toBe(400);
    expect(await status(served, good())).toBe(200);
  });

  it('limits the connections of a sender', async () => {
    const served = await start({ ...proxied, limits: { maxConnectionsPerAddress: 1 } });
    const first = await connectTo(served.port);
    expect(await statusOn(first, header('198.51.100.1') + good())).toBe(200);
    expect(await status(served, header('198.51.100.1') + good())).toBeUndefined();
    expect(await status(served, header('198.51.100.2') + good())).toBe(200);
    first.socket.destroy();
  });

  it('comes before the TLS handshake', async () => {
    const served = await start(proxied);
    const authority = await createAuthority('test authority');
    const subject = { commonName: 'hooks', hosts: ['hooks'] };
    const pair = await issueCertificate(authority, subject);
    const certificate = { cert: Buffer.from(pair.certificatePem), key: Buffer.from(pair.keyPem), notAfter: new Date() };
    const { port } = await served.server.listenTls({ host: '127.0.0.1', port: 0 }, certificate);
    const open = async (address: string): Promise<RawConnection> => {
      const { socket } = await connectTo(port);
      socket.write(header(address));
      socket.setEncoding();
      socket.removeAllListeners('data');
      const options = { socket, servername: 'hooks', ca: authority.certificatePem };
      return await talkOn(connectTls(options), 'secureConnect');
    };
    const refused = await open('198.51.100.1');
    for (let time = 0; time < 2; time++) expect(await statusOn(refused, bad())).toBe(404);
    expect(await statusOn(refused, good())).toBe(429);
    const other = await open('198.51.100.2');
    expect(await statusOn(other, good())).toBe(200);
    for (const { socket } of [refused, other]) socket.destroy();
  });

  it('keeps no connection open when the server closes', async () => {
    const served = await startServer({ ...proxied, limits: { ...limits, headersTimeoutMs: 30_000 } });
    const silent = await connectTo(served.port);
    await served.server.close();
    expect(await silent.ended()).toBe('');
  });
});
