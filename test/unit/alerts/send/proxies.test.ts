// Real proxies: what a Provider names, and what the environment does.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createAuthority, issueCertificate, type KeyPair } from '../../../../control-plane/certificates.ts';
import { createHttpCaller, type ProxySettings } from '../../../../operator/alerts/send/http-caller.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((each) => each.close()));
});

let authority: KeyPair;
let own: KeyPair;
beforeAll(async () => {
  authority = await createAuthority('proxies');
  own = await issueCertificate(authority, { commonName: 'server', hosts: ['127.0.0.1'] });
});

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push({
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const tls = () => ({ cert: own.certificatePem, key: own.keyPem });

function service(): Promise<string> {
  return listen(
    createHttpsServer(tls(), (request, response) => request.resume().on('end', () => response.end('taken'))),
  );
}

/** Connects where it is asked to, and keeps what it was told. */
async function httpProxy(secure: boolean): Promise<{ host: string; seen: string[] }> {
  const seen: string[] = [];
  const server = secure ? createHttpsServer(tls()) : createHttpServer();
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    seen.push(`CONNECT ${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    const [host = '', port] = url.split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [socket, onward]) each.on('error', () => socket.destroy());
  });
  return { host: await listen(server), seen };
}

/** SOCKS 5 (RFC 1928) without authentication, for names and IPv4 addresses. */
async function socksProxy(): Promise<{ host: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer(async (socket) => {
    socket.on('error', () => {});
    await once(socket, 'data');
    socket.write(Buffer.from([5, 0]));
    const [request] = (await once(socket, 'data')) as [Buffer];
    const isName = request[3] === 3;
    const end = isName ? 5 + (request[4] ?? 0) : 8;
    const host = isName ? request.toString('latin1', 5, end) : [...request.subarray(4, end)].join('.');
    const port = request.readUInt16BE(end);
    seen.push(`${host}:${port}`);
    const onward = connect(port, host, () => {
      socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });
  return { host: await listen(server), seen };
}

function post(url: string, proxy?: ProxySettings): Promise<string> {
  const ca = { ca: authority.certificatePem, cert: undefined, key: undefined };
  const caller = createHttpCaller({ tls: ca, proxy, allowLinkLocal: false });
  open.push(caller);
  const request = { method: 'POST', url: new URL(url), body: '{}' } as const;
  return caller.request(request, new AbortController().signal).then(({ text }) => text);
}

const proxyOf = (scheme: string, host: string, username = '', password = '') => ({
  url: new URL(`${scheme}://${host}`),
  username,
  password,
});

it.each(['http', 'https'])('%s, with a user and a password', async (scheme) => {
  const target = await service();
  const { host, seen } = await httpProxy(scheme === 'https');
  expect(await post(`https://${target}/`, proxyOf(scheme, host, 'us er', 'p:@/'))).toBe('taken');
  expect(seen).toEqual([`CONNECT ${target} Basic ${Buffer.from('us er:p:@/').toString('base64')}`]);
});

it('socks5', async () => {
  const target = await service();
  const { host, seen } = await socksProxy();
  expect(await post(`https://${target}/`, proxyOf('socks5', host))).toBe('taken');
  expect(seen).toEqual([target]);
});

it('of the environment, but where it says not', async () => {
  const target = await service();
  const { host, seen } = await httpProxy(false);
  vi.stubEnv('HTTPS_PROXY', `http://${host}`);
  expect(await post(`https://${target}/`)).toBe('taken');
  expect(seen).toEqual([`CONNECT ${target}`]);
  vi.stubEnv('NO_PROXY', '127.0.0.1');
  expect(await post(`https://${target}/`)).toBe('taken');
  expect(seen).toHaveLength(1);
});
