/** A receiver server on a free port with two hooks behind it, and a plain socket to talk to it byte by byte. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RequestError } from '../../../operator/api/errors.ts';
import type { Admitted, Endpoint } from '../../../operator/http/endpoint.ts';
import { defaultLimits, type Limits } from '../../../operator/http/guard/limits.ts';
import { createGuardedServer, type GuardedServer } from '../../../operator/http/guarded-server.ts';
import { parseTrustedProxies, type TrustedProxies } from '../../../operator/http/sender/trusted-proxies.ts';
import type { Clock } from '../../../operator/observe/clock.ts';
import { createLogger, type Logger } from '../../../operator/observe/log.ts';
import { createMetrics, type Metrics } from '../../../operator/observe/metrics.ts';
import { receiverMessages, receiverServerMetrics } from '../../../operator/receivers/server-reports.ts';
import type { WebhookRequest } from '../../../operator/webhooks/webhook-type.ts';

export const HOOK = `/hook/${'a'.repeat(64)}`;
/** The hook of another Receiver. */
export const OTHER_HOOK = `/hook/${'c'.repeat(64)}`;
export const SUSPENDED = `/hook/${'b'.repeat(64)}`;

export interface Served {
  readonly server: GuardedServer;
  readonly port: number;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** What reached the hook, in order; the memory of a body is given back with the answer. */
  readonly delivered: WebhookRequest[];
  /** Of the bodies that reached the hook. */
  readonly deliveredBytes: number[];
  readonly logLines: string[];
  /** The value of one series. */
  metric(name: string, labels: Readonly<Record<string, string>>): Promise<number>;
}

export interface ServedOptions {
  readonly limits?: Partial<Limits>;
  readonly trustedProxies?: readonly string[];
  readonly proxyProtocol?: boolean;
  readonly ready?: () => boolean;
  readonly clock?: Clock;
  /** What the hook does with a request; 200 when absent. */
  readonly deliver?: (request: WebhookRequest) => Promise<200 | 202>;
}

/** Takes POST and PUT; the head of a request without `X-Signature` is refused. */
function testEndpoint(deliver: (request: WebhookRequest) => Promise<200 | 202>): Endpoint {
  const admittedAs = (name: string): Admitted => ({
    type: 'generic-hmac',
    about: { namespace: 'default', name },
    head(head) {
      if (head.headers['x-signature'] === undefined) throw new RequestError('SignatureMissing');
      return (body) => deliver({ ...head, body });
    },
  });
  const paths = [HOOK, OTHER_HOOK, SUSPENDED];
  return {
    name: 'receiver',
    allowedMethods: (path) => (paths.includes(path) ? ['POST', 'PUT'] : []),
    admit(path, method) {
      if (!paths.includes(path)) throw new RequestError('PathUnknown');
      if (method !== 'POST' && method !== 'PUT') throw new RequestError('MethodNotAllowed');
      if (path === SUSPENDED) throw new RequestError('ReceiverUnavailable');
      return admittedAs(path === HOOK ? 'receiver' : 'other');
    },
  };
}

/** @throws Error for what is no list of CIDRs. */
export function proxies(...cidrs: readonly string[]): TrustedProxies {
  const trusted = parseTrustedProxies(cidrs);
  if (trusted === undefined) throw new Error(`no CIDRs: ${cidrs.join()}`);
  return trusted;
}

export async function startServer(options: ServedOptions = {}): Promise<Served> {
  const { limits = {}, trustedProxies = [], proxyProtocol = false, deliver = async () => 200, ...others } = options;
  const metrics = createMetrics();
  const delivered: WebhookRequest[] = [];
  const deliveredBytes: number[] = [];
  const logLines: string[] = [];
  const log = createLogger({
    level: 'info',
    encoding: 'json',
    destination: { write: (line) => void logLines.push(line) },
  });
  const endpoint = testEndpoint((request) => {
    delivered.push(request);
    deliveredBytes.push(request.body.length);
    return deliver(request);
  });
  const server = createGuardedServer({
    endpoint,
    limits: { ...defaultLimits, ...limits },
    trusted: proxies(...trustedProxies),
    proxyProtocol,
    ...others,
    log,
    messages: receiverMessages,
    metrics: receiverServerMetrics(metrics),
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const metric: Served['metric'] = async (name, labels) => {
    const series = (await metrics.registry.getSingleMetric(name)?.get())?.values ?? [];
    const wanted = Object.entries(labels);
    return series.find((one) => wanted.every(([label, value]) => String(one.labels[label]) === value))?.value ?? 0;
  };
  return { server, port, metrics, log, delivered, deliveredBytes, logLines, metric };
}

/** A POST to a path with that body, its length declared unless a header says otherwise. */
export function requestText(path: string, body = '', headers: readonly string[] = []): string {
  const framing = headers.some((line) => /^(content-length|transfer-encoding):/i.test(line))
    ? []
    : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[`POST ${path} HTTP/1.1`, 'Host: hooks', 'X-Signature: sha256=00', ...framing, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface RawConnection<T extends Socket = Socket> {
  readonly socket: T;
  send(bytes: string | Buffer): void;
  /** The next answer; undefined when the connection ends first. */
  answer(): Promise<Answer | undefined>;
  /** Waits for the server's end of the connection. @returns what was received and not yet taken as an answer. */
  ended(): Promise<string>;
}

export async function connectTo(port: number): Promise<RawConnection> {
  return await talkOn(connect({ port, host: '127.0.0.1', allowHalfOpen: true }), 'connect');
}

/** `connected` is the event that says so. */
export async function talkOn<T extends Socket>(
  socket: T,
  connected: 'connect' | 'secureConnect',
): Promise<RawConnection<T>> {
  let received = '';
  let over = false;
  let wake: (() => void) | undefined;
  const changed = (): void => wake?.();
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    received += String(text);
    changed();
  });
  const onOver = (): void => {
    over = true;
    changed();
  };
  socket.on('end', onOver);
  socket.on('close', onOver);
  // A reset is an end as well; tests read what came before it.
  socket.on('error', onOver);
  await once(socket, connected);
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    async answer() {
      while (!received.includes('\r\n\r\n')) {
        if (over) return undefined;
        await change();
      }
      const end = received.indexOf('\r\n\r\n');
      const [statusLine = '', ...lines] = received.slice(0, end).split('\r\n');
      received = received.slice(end + 4);
      const headers = lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      });
      return { status: Number(statusLine.split(' ')[1]), headers: Object.fromEntries(headers) };
    },
    async ended() {
      while (!over) await change();
      socket.destroy();
      return received;
    },
  };
}

/** Sends all of it on a connection of its own. @returns the answer. */
export async function exchange(port: number, bytes: string | Buffer): Promise<Answer | undefined> {
  const connection = await connectTo(port);
  connection.send(bytes);
  const answer = await connection.answer();
  connection.socket.destroy();
  return answer;
}
