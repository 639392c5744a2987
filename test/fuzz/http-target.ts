/** The receiver server and raw bytes: every answer is one that it gives, none tells anything, and it lives on. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import { createAuthority, issueCertificate } from '../../control-plane/certificates.ts';
import {
  exchange,
  HOOK,
  requestText,
  type Served,
  type ServedOptions,
  startServer,
} from '../unit/http/start-server.ts';
import { type FuzzTarget, fuzzTarget } from './fuzz.ts';
import { rawBytes, split } from './raw-bytes.ts';

const LIMITS = { maxBodyBytes: 1_024, maxHeaderBytes: 16 * 1_024, drainTimeoutMs: 200, maxRequestsPerConnection: 4 };
const STATUSES = new Set([100, 200, 400, 404, 405, 408, 413, 417, 431]);
const HEADER = 'PROXY TCP4 198.51.100.1 203.0.113.7 4444 80\r\n';

/** Sends the pieces and the end of our side. @returns what came back until the other side ended too. */
async function talk(port: number, pieces: readonly Buffer[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  // A reset is an end as well.
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await closed;
  return Buffer.concat(received).toString('latin1');
}

/** Answers without bodies, one after the other, and nothing else. @throws Error */
function checkAnswers(text: string): void {
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) throw new Error(`half an answer: ${JSON.stringify(rest)}`);
    const [first = '', ...headers] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) [A-Za-z -]+$/.exec(first)?.[1]);
    if (!STATUSES.has(status)) throw new Error(`an answer that it does not give: ${first}`);
    const known = /^(Date|Connection|Keep-Alive|Content-Length|Allow|Retry-After|Transfer-Encoding): /;
    const unknown = headers.find((header) => !known.test(header));
    if (unknown !== undefined) throw new Error(`a header that it does not send: ${unknown}`);
    // node:http itself answers 417, and a body of that is chunked and empty.
    rest = rest.slice(end + 4).replace(/^0\r\n\r\n/, '');
  }
}

function occurrences(bytes: Buffer, text: string): number {
  return bytes.toString('latin1').split(text).length - 1;
}

async function checkAlive(served: Served, prefix: string): Promise<void> {
  const answer = await exchange(served.port, prefix + requestText(HOOK, '{}'));
  if (answer?.status !== 200) throw new Error(`afterwards it answers ${answer?.status}`);
  const errors = served.logLines.splice(0).filter((line) => line.includes('"level":"error"'));
  if (errors.length > 0) throw new Error(`in its log: ${errors.join('')}`);
  const inflight = await served.metric('gotk_receiver_http_requests_inflight', {});
  if (inflight !== 0) throw new Error(`${inflight} requests without an end`);
  served.delivered.length = 0;
}

async function httpTarget(name: string, options: ServedOptions, prefix = ''): Promise<FuzzTarget> {
  const served = await startServer({ limits: LIMITS, ...options });
  const property = fc.asyncProperty(rawBytes, async (pieces) => {
    checkAnswers(await talk(served.port, prefix === '' ? pieces : [Buffer.from(prefix), ...pieces]));
    // Nothing may be taken for a webhook that was not sent as one.
    const sent = occurrences(Buffer.concat(pieces), HOOK);
    if (served.delivered.length > sent) throw new Error(`${served.delivered.length} webhooks out of ${sent}`);
    await checkAlive(served, prefix);
  });
  return fuzzTarget(name, property, () => served.server.close());
}

export const plainTarget = () => httpTarget('plain HTTP', {});

export const proxiedTarget = () =>
  httpTarget('HTTP behind a proxy', { trustedProxies: ['127.0.0.1'], proxyProtocol: true }, HEADER);

/** Without a header, or with one that is bent. */
export async function proxyHeaderTarget(): Promise<FuzzTarget> {
  const served = await startServer({ limits: LIMITS, trustedProxies: ['127.0.0.1'], proxyProtocol: true });
  const property = fc.asyncProperty(rawBytes, async (pieces) => {
    checkAnswers(await talk(served.port, pieces));
    await checkAlive(served, HEADER);
  });
  return fuzzTarget('PROXY header', property, () => served.server.close());
}

/** What a client says first. */
async function clientHello(): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = connectTls({ port, host: '127.0.0.1', servername: 'hooks' }).on('error', () => {});
  const [socket] = await once(server, 'connection');
  const [hello] = await once(socket, 'data');
  client.destroy();
  server.close();
  return hello;
}

/** A handshake that is bent: nothing but TLS alerts comes back, and the next one works. */
export async function tlsTarget(): Promise<FuzzTarget> {
  const served = await startServer({ limits: LIMITS });
  const authority = await createAuthority('fuzz');
  const pair = await issueCertificate(authority, {
    commonName: 'hooks',
    hosts: ['hooks'],
  });
  const certificate = { cert: Buffer.from(pair.certificatePem), key: Buffer.from(pair.keyPem), notAfter: new Date() };
  const { port } = await served.server.listenTls({ host: '127.0.0.1', port: 0 }, certificate);
  const hello = await clientHello();
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const bytes = fc.uint8Array({ maxLength: 40 });
  const property = fc.asyncProperty(place, fc.nat(40), bytes, fc.array(place), async (at, remove, insert, cuts) => {
    const start = Math.floor(at * hello.length);
    const bent = Buffer.concat([hello.subarray(0, start), insert, hello.subarray(start + remove)]);
    const text = await talk(port, split(bent, cuts));
    if (text.includes('HTTP/')) throw new Error('an answer in plain HTTP');
    const secure = connectTls({ port, host: '127.0.0.1', servername: 'hooks', ca: authority.certificatePem });
    await once(secure, 'secureConnect');
    secure.destroy();
    await checkAlive(served, '');
  });
  return fuzzTarget('TLS handshake', property, () => served.server.close());
}
