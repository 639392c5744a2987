/** Everything that node:http would answer by itself, on real sockets: it is served or refused within all limits. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../../../../control-plane/certificates.ts';
import { readCertificate } from '../../../../operator/http/tls/certificate.ts';
import {
  connectTo,
  exchange,
  HOOK,
  type RawConnection,
  requestText,
  type Served,
  type ServedOptions,
  SUSPENDED,
  startServer,
  talkOn,
} from '../start-server.ts';

const running: Served[] = [];

async function start(options?: ServedOptions): Promise<Served> {
  const served = await startServer(options);
  running.push(served);
  return served;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

async function statuses(connection: RawConnection, count: number): Promise<(number | undefined)[]> {
  const seen = [];
  for (let index = 0; index < count; index++) seen.push((await connection.answer())?.status);
  return seen;
}

const refusedAs = (served: Served, result: string) => served.metric('sluice_webhooks_total', { result });
const inflight = (served: Served) => served.metric('gotk_receiver_http_requests_inflight', {});

describe('an expectation that nobody meets', () => {
  const EXPECT = 'Expect: miracles';
  const unread = ['Content-Length: 2', EXPECT];

  it.each([
    ['an unknown path', requestText('/hook/x', '', unread), 404, 'PathUnknown'],
    ['a path that exists', requestText(HOOK, '', unread), 417, 'ExpectationFailed'],
    ['a wrong method', requestText(HOOK, '', unread).replace('POST', 'GET'), 417, 'ExpectationFailed'],
    ['a suspended Receiver', requestText(SUSPENDED, '', unread), 417, 'ExpectationFailed'],
    ['a body over the limit', requestText(HOOK, '', ['Content-Length: 4000000', EXPECT]), 417, 'ExpectationFailed'],
    ['a chunked body', requestText(HOOK, '', ['Transfer-Encoding: chunked', EXPECT]), 417, 'ExpectationFailed'],
    ['no body', requestText(HOOK, '', [EXPECT]), 417, 'ExpectationFailed'],
  ])('at %s is refused, counted and logged, and the connection ends', async (_name, request, status, code) => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(request);
    expect(await connection.answer()).toMatchObject({ status, headers: { connection: 'close' } });
    expect(await connection.ended()).toBe('');
    expect(await refusedAs(served, code)).toBe(1);
    expect(served.logLines.map((line) => JSON.parse(line))).toMatchObject([{ msg: 'webhook refused', code, status }]);
    expect(await inflight(served)).toBe(0);
    expect(served.delivered).toEqual([]);
  });

  it.each([
    ['none at all', 'Expect:'],
    ['100-continue in another case', 'Expect: 100-Continue'],
  ])('is not %s', async (_name, header) => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '{}', [header]));
    const first = await connection.answer();
    expect(first?.status === 100 ? (await connection.answer())?.status : first?.status).toBe(200);
    connection.socket.destroy();
  });

  it.each([
    ['an unknown path', '/hook/x'],
    ['a path that exists', HOOK],
  ])('swallows no body at %s', async (_name, path) => {
    const served = await start({ limits: { drainBytes: 64 * 1024, drainTimeoutMs: 60_000 } });
    const connection = await connectTo(served.port);
    connection.send(requestText(path, '', [EXPECT, 'Content-Length: 300000000']));
    const block = Buffer.alloc(1024 * 1024);
    // With nobody who ends it, the connection takes all of it.
    const pump = (): void => {
      if (!connection.socket.destroyed) connection.socket.write(block, () => setImmediate(pump));
    };
    pump();
    await connection.ended();
    expect(connection.socket.bytesWritten).toBeLessThan(100_000_000);
  });

  it('is answered once, however many follow', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(requestText('/hook/x', '', [EXPECT]).repeat(2_000));
    expect((await connection.ended()).match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('counts for the limit of refused requests', async () => {
    const served = await start({ limits: { refusedPerSecond: 0.000_01, refusedBurst: 1 } });
    expect((await exchange(served.port, requestText(HOOK, '', unread)))?.status).toBe(417);
    expect((await exchange(served.port, requestText(HOOK, '', unread)))?.status).toBe(429);
  });
});

describe('a request without Host', () => {
  const hostless = requestText(HOOK, '{}').replace(/Host.*\r\n/, '');

  it('is refused within the limits, and ends its connection', async () => {
    const served = await start({ limits: { refusedPerSecond: 0.000_01, refusedBurst: 1 } });
    const connection = await connectTo(served.port);
    connection.send(hostless.repeat(3));
    expect((await connection.ended()).match(/HTTP\/1\.1 400/g)).toHaveLength(1);
    expect(await refusedAs(served, 'Malformed')).toBe(1);
    expect((await exchange(served.port, hostless))?.status).toBe(429);
  });

  it('is served with HTTP/1.0, which has none', async () => {
    const served = await start();
    expect((await exchange(served.port, hostless.replace('HTTP/1.1', 'HTTP/1.0')))?.status).toBe(200);
  });
});

describe('an Upgrade request', () => {
  const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];
  const upgrade = requestText(HOOK, '{"upgrade":1}', UPGRADE);
  const plain = requestText(HOOK, '{"plain":1}');
  const bodies = ({ delivered }: Served) => delivered.map(({ headers }) => headers['content-length']);

  it('is served as a plain one, and so are those behind it', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(upgrade + plain + upgrade + requestText('/hook/x', '', UPGRADE) + plain);
    expect(await statuses(connection, 5)).toEqual([200, 200, 200, 404, 200]);
    expect(bodies(served)).toEqual(['13', '11', '13', '11']);
    connection.socket.destroy();
  });

  it('keeps its bytes, in whatever pieces they come', async () => {
    const texts: string[] = [];
    const served = await start({
      async deliver({ body, headers }) {
        texts.push(`${headers['x-a']} ${body.toString('latin1')}`);
        return 200;
      },
    });
    const connection = await connectTo(served.port);
    connection.socket.setNoDelay(true);
    const request = Buffer.from(
      requestText(`${HOOK}?x`, 'caf\xe9', ['X-A: \xe9', 'Content-Length: 4', ...UPGRADE]),
      'latin1',
    );
    for (const byte of request) await new Promise((resolve) => connection.socket.write(Buffer.of(byte), resolve));
    expect(await statuses(connection, 1)).toEqual([200]);
    connection.send(Buffer.concat([request, request]));
    expect(await statuses(connection, 2)).toEqual([200, 200]);
    expect(texts).toEqual(['\xe9 caf\xe9', '\xe9 caf\xe9', '\xe9 caf\xe9']);
    connection.socket.destroy();
  });

  it('is served with a chunked body', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(requestText(HOOK, '2\r\n{}\r\n0\r\n\r\n', ['Transfer-Encoding: chunked', ...UPGRADE]) + plain);
    expect(await statuses(connection, 2)).toEqual([200, 200]);
    expect(served.deliveredBytes).toEqual([2, 11]);
    connection.socket.destroy();
  });

  it('waits for the answers to those before it', async () => {
    const first = Promise.withResolvers<202>();
    const served = await start({
      deliver: () => (served.delivered.length === 1 ? first.promise : Promise.resolve(200)),
    });
    const connection = await connectTo(served.port);
    connection.send(plain + upgrade + plain);
    await expect.poll(() => served.delivered.length).toBe(1);
    first.resolve(202);
    expect(await statuses(connection, 3)).toEqual([202, 200, 200]);
    connection.socket.destroy();
  });

  it('may vanish while it waits', async () => {
    const first = Promise.withResolvers<200>();
    const served = await start({
      deliver: () => (served.delivered.length === 1 ? first.promise : Promise.resolve(200)),
    });
    const connection = await connectTo(served.port);
    connection.send(plain + upgrade);
    await expect.poll(() => served.delivered.length).toBe(1);
    connection.socket.resetAndDestroy();
    first.resolve(200);
    expect((await exchange(served.port, plain))?.status).toBe(200);
    await expect.poll(() => inflight(served)).toBe(0);
  });

  it('is not served after the last answer of its connection', async () => {
    const served = await start({ limits: { maxRequestsPerConnection: 1 } });
    const connection = await connectTo(served.port);
    connection.send(plain + upgrade.repeat(3));
    expect((await connection.ended()).match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(served.delivered).toHaveLength(1);
  });

  it('is bounded as plain ones are, and counted', async () => {
    const served = await start({ limits: { maxPipelinedRequests: 11 } });
    const connection = await connectTo(served.port);
    connection.send(upgrade.repeat(1_000));
    const answers = (await connection.ended()).match(/HTTP\/1\.1 200/g) ?? [];
    expect(answers.length).toBeGreaterThan(0);
    expect(await refusedAs(served, 'accepted')).toBe(answers.length);
    expect((await exchange(served.port, plain))?.status).toBe(200);
  });

  it('ends when the server closes, also between two requests', async () => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(upgrade);
    expect(await statuses(connection, 1)).toEqual([200]);
    await served.server.close();
    expect(await connection.ended()).toBe('');
  });

  it('is served with TLS', async () => {
    const authority = await createAuthority('test authority');
    const pair = await issueCertificate(authority, { commonName: 'a', hosts: ['hooks'] });
    const folder = await mkdtemp(join(tmpdir(), 'sluice-upgrade-'));
    const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
    await writeFile(files.certFile, pair.certificatePem);
    await writeFile(files.keyFile, pair.keyPem);
    const served = await start();
    const { port } = await served.server.listenTls({ host: '127.0.0.1', port: 0 }, await readCertificate(files));
    await rm(folder, { recursive: true });
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'hooks', ca: authority.certificatePem });
    const connection = await talkOn(socket, 'secureConnect');
    connection.send(upgrade + plain + upgrade);
    expect(await statuses(connection, 3)).toEqual([200, 200, 200]);
    socket.destroy();
  });
});

describe('what is another protocol', () => {
  it.each([
    ['a tunnel', 'CONNECT hooks:80 HTTP/1.1\r\nHost: hooks\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s is refused and counted, and the connection ends', async (_name, bytes) => {
    const served = await start();
    const connection = await connectTo(served.port);
    connection.send(bytes + requestText(HOOK, '{}'));
    expect((await connection.ended()).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(await refusedAs(served, 'Malformed')).toBe(1);
    expect(served.delivered).toEqual([]);
  });
});
