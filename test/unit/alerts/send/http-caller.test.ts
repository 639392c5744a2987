import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate, type KeyPair } from '../../../../control-plane/certificates.ts';
import { createHttpCaller, type HttpCallerOptions } from '../../../../operator/alerts/send/http-caller.ts';
import { startRecorder } from '../../../support/alerts/recorder.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

function callerOf(options: Partial<HttpCallerOptions>) {
  const caller = createHttpCaller({ tls: undefined, proxy: undefined, allowLinkLocal: false, ...options });
  open.push(caller);
  return (url: string) =>
    caller.request({ method: 'POST', url: new URL(url), body: '{}' }, new AbortController().signal);
}

/** Asks for a certificate of `authority`. */
async function httpsServer(authority: KeyPair): Promise<string> {
  const { certificatePem: cert, keyPem: key } = await issueCertificate(authority, {
    commonName: 'service',
    hosts: ['127.0.0.1'],
  });
  const options = { cert, key, ca: authority.certificatePem, requestCert: true, rejectUnauthorized: true };
  const server = createServer(options, (request, response) => request.resume().on('end', () => response.end('taken')));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function httpServer(serve: RequestListener): Promise<string> {
  const server = createHttpServer(serve);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('TLS', () => {
  it('trusts the CA that is given alone, and shows the certificate that is given', async () => {
    const [authority, stranger] = await Promise.all([createAuthority('one'), createAuthority('other')]);
    const { certificatePem: cert, keyPem: key } = await issueCertificate(authority, { commonName: 'client' });
    const url = await httpsServer(authority);
    const ca = authority.certificatePem;
    expect((await callerOf({ tls: { ca, cert, key } })(url)).text).toBe('taken');
    await expect(callerOf({})(url)).rejects.toMatchObject({
      verdict: 'final',
      message: expect.stringContaining('certificate refused'),
    });
    const other = stranger.certificatePem;
    await expect(callerOf({ tls: { ca: other, cert, key } })(url)).rejects.toMatchObject({ verdict: 'final' });
    const anonymous = { ca, cert: undefined, key: undefined };
    await expect(callerOf({ tls: anonymous })(url)).rejects.toThrow('failed to execute request');
  });
});

describe('a link-local address', () => {
  const refused = { verdict: 'final', message: expect.stringContaining('link-local') };

  it('is refused', async () => {
    await expect(callerOf({})('http://169.254.169.254/latest')).rejects.toMatchObject(refused);
    await expect(callerOf({})('http://[fe80::1]/')).rejects.toMatchObject(refused);
  });

  it('is refused as a proxy too', async () => {
    const { host, close } = await startRecorder();
    open.push({ close });
    for (const url of ['http://169.254.169.254:80', 'https://169.254.169.254', 'socks5://169.254.169.254:1080']) {
      const proxy = { url: new URL(url), username: '', password: '' };
      await expect(callerOf({ proxy })(`http://${host}/`)).rejects.toMatchObject(refused);
    }
  });
});

it('a connection that nobody takes may pass, and its address is not shown', async () => {
  const { host, close } = await startRecorder();
  await close();
  const error = await callerOf({})(`http://${host}/secret-path`).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ verdict: 'passing', message: expect.stringContaining('ECONNREFUSED') });
  expect(String(error)).not.toContain('secret-path');
});

it('a redirect is an answer, and is not followed', async () => {
  const header = { location: 'http://169.254.169.254/' };
  const { host, close, requests } = await startRecorder([{ match: 'POST', status: 307, body: '', header }]);
  open.push({ close });
  expect(await callerOf({})(`http://${host}/`)).toMatchObject({ status: 307 });
  expect(requests).toHaveLength(1);
});

describe('an answer', () => {
  it('is the final one, whatever hints come before it, in one text from all its parts', async () => {
    const url = await httpServer((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(201, { 'x-kind': 'final', 'set-cookie': ['one=1', 'two=2'] });
      response.write('\u00e4');
      setImmediate(() => response.end('bc'));
    });
    const answer = await callerOf({})(url);
    expect(answer).toMatchObject({ status: 201, text: '\u00e4bc', body: Buffer.from('\u00e4bc') });
    expect(answer.headers).toMatchObject({ 'x-kind': 'final', 'set-cookie': 'one=1' });
    expect(answer.headers.link).toBeUndefined();
  });

  it('of more than 8 MiB is refused', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const url = await httpServer((_request, response) => {
      for (let count = 0; count < 9; count += 1) response.write(chunk);
      response.end();
    });
    await expect(callerOf({})(url)).rejects.toMatchObject({
      verdict: 'final',
      message: expect.stringContaining('8388608'),
    });
  });
});

describe('an address whose user or password', () => {
  it.each(['a%zz@', 'a:50%@', '%@'])(
    'has a broken escape is refused for good, without being shown: %s',
    async (login) => {
      const given = callerOf({})(`http://${login}127.0.0.1:1/`);
      await expect(given).rejects.toMatchObject({
        verdict: 'final',
        message: expect.stringContaining('write it as %25'),
      });
      await expect(given).rejects.not.toThrow(login);
    },
  );
});

describe('a request that is given up', () => {
  it('fails at once with the signal’s reason, and ends its connection', async () => {
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
    const attempt = new AbortController();
    const reason = new Error('too late');
    const url = await httpServer((request) => {
      request.socket.once('close', () => onClosed());
      attempt.abort(reason);
    });
    const caller = createHttpCaller({ tls: undefined, proxy: undefined, allowLinkLocal: false });
    open.push(caller);
    await expect(caller.request({ method: 'POST', url: new URL(url) }, attempt.signal)).rejects.toBe(reason);
    await closed;
  });

  it('before there is a connection never reaches the service', async () => {
    let requests = 0;
    const url = await httpServer((_request, response) => {
      requests += 1;
      response.end();
    });
    const caller = createHttpCaller({ tls: undefined, proxy: undefined, allowLinkLocal: false });
    open.push(caller);
    const attempt = new AbortController();
    const given = caller.request({ method: 'POST', url: new URL(url) }, attempt.signal);
    attempt.abort(new Error('too late'));
    await expect(given).rejects.toThrow('too late');
    await caller.request({ method: 'POST', url: new URL(url) }, new AbortController().signal);
    expect(requests).toBe(1);
  });
});
