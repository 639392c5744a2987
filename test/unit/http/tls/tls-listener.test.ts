/** The TLS listener on real sockets, with real certificates in real files. */
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate, type KeyPair } from '../../../../control-plane/certificates.ts';
import { readCertificate } from '../../../../operator/http/tls/certificate.ts';
import { openTlsListener, type TlsListener } from '../../../../operator/http/tls/tls-listener.ts';
import {
  connectTo,
  HOOK,
  type RawConnection,
  requestText,
  type Served,
  type ServedOptions,
  startServer,
  talkOn,
} from '../start-server.ts';

const authority = await createAuthority('test authority');
const issue = (commonName: string): Promise<KeyPair> => issueCertificate(authority, { commonName, hosts: ['hooks'] });
const [first, second] = [await issue('first'), await issue('second')];

interface Opened extends Served {
  readonly tlsPort: number;
  readonly listener: TlsListener;
}

let folder: string;
const all: Opened[] = [];

const certFile = (): string => join(folder, 'tls.crt');
const keyFile = (): string => join(folder, 'tls.key');

async function write({ certificatePem, keyPem }: KeyPair): Promise<void> {
  await writeFile(certFile(), certificatePem);
  await writeFile(keyFile(), keyPem);
}

async function open(options?: ServedOptions): Promise<Opened> {
  const served = await startServer(options);
  const listener = await openTlsListener({
    ...served,
    address: { host: '127.0.0.1', port: 0 },
    files: { certFile: certFile(), keyFile: keyFile() },
    everyMs: 20,
  });
  const opened = { ...served, listener, tlsPort: listener.port };
  all.push(opened);
  return opened;
}

function connectTo443(port: number, options: ConnectionOptions = {}): Promise<RawConnection<TLSSocket>> {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'hooks', ca: authority.certificatePem, ...options });
  return talkOn(socket, 'secureConnect');
}

/** The name in the certificate that a new connection gets. */
async function presented({ tlsPort }: Opened): Promise<string> {
  const { socket } = await connectTo443(tlsPort);
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

async function post(connection: RawConnection): Promise<number | undefined> {
  connection.send(requestText(HOOK, '{}'));
  return (await connection.answer())?.status;
}

const complaints = ({ logLines }: Opened): string[] => logLines.filter((line) => line.includes('not renewed'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
  await write(first);
});

afterEach(async () => {
  for (const { listener, server } of all.splice(0)) {
    listener.stop();
    await server.close();
  }
  await rm(folder, { recursive: true });
});

describe('a webhook with TLS', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is served with %s, several on one connection', async (version) => {
    const opened = await open();
    const connection = await connectTo443(opened.tlsPort, { minVersion: version, maxVersion: version });
    expect(connection.socket.getProtocol()).toBe(version);
    expect([await post(connection), await post(connection)]).toEqual([200, 200]);
    connection.socket.destroy();
  });

  it('is served beside plain ones, with the same answers', async () => {
    const opened = await open();
    for (const connection of [await connectTo(opened.port), await connectTo443(opened.tlsPort)]) {
      connection.send(requestText('/hook/unknown', 'x'.repeat(3_000_000)));
      expect((await connection.answer())?.status).toBe(404);
      await connection.ended();
    }
    expect(await opened.metric('sluice_webhooks_total', { result: 'PathUnknown' })).toBe(2);
  });

  it('shows when its certificate ends', async () => {
    const opened = await open();
    const seconds = await opened.metric('sluice_tls_certificate_expiry_seconds', {});
    expect(seconds * 1_000).toBeGreaterThan(Date.now());
  });
});

describe('what is no good handshake', () => {
  it('an old version is refused', async () => {
    const opened = await open();
    const old = connectTo443(opened.tlsPort, {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(old).rejects.toThrow(/protocol version/i);
    expect(await opened.metric('sluice_webhooks_total', { result: 'TlsFailed' })).toBe(1);
  });

  it.each([
    ['plain HTTP', requestText(HOOK, '{}')],
    ['random bytes', Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['zeros', Buffer.alloc(1_000)],
  ])('%s is cut off, and the next one served', async (_name, bytes) => {
    const opened = await open();
    const garbage = await connectTo(opened.tlsPort);
    garbage.send(bytes);
    expect(await garbage.ended()).not.toContain('HTTP/');
    await expect.poll(() => opened.metric('sluice_webhooks_total', { result: 'TlsFailed' })).toBe(1);
    const connection = await connectTo443(opened.tlsPort);
    expect(await post(connection)).toBe(200);
    connection.socket.destroy();
  });

  it('one that takes too long is cut off', async () => {
    const opened = await open({ limits: { headersTimeoutMs: 200, checkIntervalMs: 50 } });
    const slow = await connectTo(opened.tlsPort);
    slow.send(Buffer.from([0x16, 0x03, 0x01]));
    await slow.ended();
    await expect.poll(() => opened.metric('sluice_webhooks_total', { result: 'TlsFailed' })).toBe(1);
  });

  it('one without a request after it is cut off', async () => {
    // On a busy machine the handshake itself may take longer than the limit; then the next try has more time.
    for (let headersTimeoutMs = 200; ; headersTimeoutMs *= 4) {
      const opened = await open({ limits: { headersTimeoutMs, checkIntervalMs: 50 } });
      const connection = await connectTo443(opened.tlsPort).catch(() => undefined);
      if (connection === undefined) continue;
      await connection.ended();
      break;
    }
  });

  it('a second one on the same connection is refused', async () => {
    const opened = await open();
    const { socket } = await connectTo443(opened.tlsPort, { maxVersion: 'TLSv1.2' });
    const refused = await new Promise((resolve) => {
      socket.once('error', resolve);
      socket.once('close', () => resolve('closed'));
      socket.renegotiate({}, (error) => resolve(error ?? 'renegotiated'));
    });
    expect(refused).not.toBe('renegotiated');
    socket.destroy();
  });

  it('counts with plain connections against their limit', async () => {
    const opened = await open({ limits: { maxConnections: 2 } });
    const [plain, secure] = [await connectTo(opened.port), await connectTo443(opened.tlsPort)];
    expect([await post(plain), await post(secure)]).toEqual([200, 200]);
    await expect(connectTo443(opened.tlsPort)).rejects.toThrow();
    for (const { socket } of [plain, secure]) socket.destroy();
    await expect.poll(() => presented(opened).catch(() => undefined)).toBe('first');
  });
});

describe('a renewed certificate', () => {
  it('is used from then on, while a connection stays', async () => {
    const opened = await open();
    const connection = await connectTo443(opened.tlsPort);
    expect(await post(connection)).toBe(200);
    await write(second);
    await expect.poll(() => presented(opened)).toBe('second');
    expect(await post(connection)).toBe(200);
    connection.socket.destroy();
  });

  it('is seen behind the links that Kubernetes swaps', async () => {
    const real = folder;
    const versions = await Promise.all([first, second].map(() => mkdtemp(join(real, '..data-'))));
    for (const [index, pair] of [first, second].entries()) {
      folder = versions[index] ?? '';
      await write(pair);
    }
    folder = await mkdtemp(join(real, 'volume-'));
    await symlink(versions[0] ?? '', join(folder, '..data'));
    await symlink(join('..data', 'tls.crt'), certFile());
    await symlink(join('..data', 'tls.key'), keyFile());
    const opened = await open();
    expect(await presented(opened)).toBe('first');
    await symlink(versions[1] ?? '', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await expect.poll(() => presented(opened)).toBe('second');
    folder = real;
  });

  it.each([
    ['without its key', () => writeFile(certFile(), second.certificatePem), /--tls-key-file .*: not the key of/],
    ['that is garbage', () => writeFile(certFile(), 'garbage'), /--tls-cert-file .*: not a PEM certificate/],
    ['that is gone', () => rm(certFile()), /--tls-cert-file .*: no such file/],
  ])('%s leaves the old one in use, is logged once, and tried again', async (_name, spoil, message) => {
    const opened = await open();
    await spoil();
    await expect.poll(() => complaints(opened).length).toBe(1);
    expect(complaints(opened)[0]).toMatch(message);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await presented(opened)).toBe('first');
    expect(complaints(opened)).toHaveLength(1);
    await write(second);
    await expect.poll(() => presented(opened)).toBe('second');
    expect(opened.logLines.join('')).not.toContain('PRIVATE');
  });
});

describe('files that are no good at the start', () => {
  it.each([
    ['no certificate', () => rm(certFile()), /^--tls-cert-file \S+tls\.crt: no such file$/],
    ['no key', () => rm(keyFile()), /^--tls-key-file \S+tls\.key: no such file$/],
    ['an empty certificate', () => writeFile(certFile(), ''), /^--tls-cert-file \S+: not a PEM certificate$/],
    ['a key for a certificate', () => writeFile(certFile(), first.keyPem), /^--tls-cert-file \S+: not a PEM certif/],
    ['a certificate for a key', () => writeFile(keyFile(), first.certificatePem), /^--tls-key-file \S+: not a PEM pr/],
    ['another key', () => writeFile(keyFile(), second.keyPem), /^--tls-key-file \S+: not the key of the certificate/],
  ])('%s', async (_name, spoil, message) => {
    await spoil();
    await expect(open()).rejects.toThrow(message);
  });

  it('the certificate is named when both are missing, whichever fails first', async () => {
    const read = async (file: string): Promise<Buffer> => {
      // The certificate takes longer to fail than the key.
      if (file === certFile()) await new Promise(setImmediate);
      throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    };
    const files = { certFile: certFile(), keyFile: keyFile() };
    await expect(readCertificate(files, read)).rejects.toThrow(/^--tls-cert-file \S+: no such file$/);
  });
});

describe('close', () => {
  it('answers what is under way, and ends what is idle, unused or in its handshake', async () => {
    const gate = Promise.withResolvers<200>();
    const opened = await open({ deliver: () => gate.promise });
    const [busy, idle, unused] = await Promise.all([1, 2, 3].map(() => connectTo443(opened.tlsPort)));
    if (busy === undefined || idle === undefined || unused === undefined) throw new Error('not connected');
    const greeting = connect({ port: opened.tlsPort, host: '127.0.0.1' });
    const greetingEnded = new Promise((resolve) => greeting.once('close', resolve));
    greeting.on('error', () => {}).write(Buffer.from([0x16, 0x03, 0x01]));
    idle.send(requestText('/x'));
    await idle.answer();
    busy.send(requestText(HOOK, '{}'));
    await expect.poll(() => opened.delivered.length).toBe(1);
    const closed = opened.server.close();
    await Promise.all([idle.ended(), unused.ended(), greetingEnded]);
    gate.resolve(200);
    expect(await busy.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await busy.ended();
    await closed;
  });
});
