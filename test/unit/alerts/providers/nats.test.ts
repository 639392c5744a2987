import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseEvent } from '../../../../operator/alerts/events/parse-event.ts';
import { notifierFor, type TestNotifier } from '../../../support/alerts/notifier-for.ts';
import { bodyOf, scenarios } from '../../../support/alerts/scenarios.ts';

/** A server that says what it is told and keeps what it hears, a line each. */
interface Server {
  readonly host: string;
  readonly lines: string[];
  readonly sockets: Socket[];
  /** Whether a PING is answered. */
  answers: boolean;
  close(): void;
}

let server: Server;
let notifier: TestNotifier | undefined;
beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => {
  await notifier?.end();
  notifier = undefined;
  server.close();
});

async function startServer(): Promise<Server> {
  const state = { lines: [] as string[], sockets: [] as Socket[], answers: true };
  const listener = createServer((socket) => {
    state.sockets.push(socket);
    socket.on('error', () => {});
    socket.write('INFO {"server_id":"S","version":"2.12.0","proto":1,"headers":true,"max_payload":1048576}\r\n');
    createInterface({ input: socket }).on('line', (line) => {
      if (line !== 'PING') state.lines.push(line);
      else if (state.answers) socket.write('PONG\r\n');
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return Object.assign(state, {
    host,
    close() {
      for (const socket of state.sockets) socket.destroy();
      listener.close();
    },
  });
}

const recorded = scenarios.get('nats');
const [info, error] = (recorded?.posts ?? []).map((post) => parseEvent(Buffer.from(bodyOf(post))));
if (recorded === undefined || info === undefined || error === undefined) throw new Error('no scenario nats');
const recordedLines = recorded.requests.map((request) => (request as unknown as { line: string }).line);

const kept = (event: typeof info) => ({
  ...event,
  metadata: new Map(
    [...event.metadata].filter(([key]) => /^(event|kustomize)\.toolkit.*(revision|runbook)$/.test(key)),
  ),
});

test('the recorded scenario nats, on one connection that is kept', async () => {
  const provider = { ...recorded.provider, address: `nats://${server.host}` };
  notifier = notifierFor(provider, { secrets: recorded.secrets ?? {} });
  for (const event of [info, error]) expect(await notifier.deliver(kept(event))).toBe('delivered');
  const [connect = '', ...rest] = server.lines;
  const [wantedConnect = '', ...wanted] = recordedLines;
  expect(connect.startsWith('CONNECT ')).toBe(true);
  // The client is another one, and says so.
  const {
    lang: _lang,
    version: _version,
    tls_required: _tls,
    echo: _echo,
    ...said
  } = JSON.parse(wantedConnect.slice(8));
  expect(JSON.parse(connect.slice(8))).toMatchObject(said);
  expect(rest).toEqual(wanted.filter((line) => !line.startsWith('CONNECT ')));
  expect(server.sockets).toHaveLength(1);
});

test('a server that does not answer fails the attempt at its timeout (fault 13), and the next one connects anew', async () => {
  const provider = { type: 'nats', address: server.host, channel: 'flux', timeout: '200ms' };
  const own = notifierFor(provider);
  notifier = own;
  // On a busy machine an attempt may take longer than that; the queue tries again.
  const delivered = () => expect.poll(() => own.deliver(kept(info)).catch(String)).toBe('delivered');
  await delivered();
  const before = server.sockets.length;
  server.answers = false;
  const failure = await own.failure(kept(info));
  expect(failure.verdict).toBe('passing');
  expect(failure.message).toContain('context deadline exceeded');
  server.answers = true;
  await delivered();
  expect(server.sockets.length).toBeGreaterThan(before);
});

test('a server that breaks off is connected to again', async () => {
  notifier = notifierFor({ type: 'nats', address: server.host, channel: 'flux' });
  await notifier.deliver(kept(info));
  const closed = new Promise((resolve) => server.sockets[0]?.once('close', resolve));
  server.sockets[0]?.destroy();
  await closed;
  const outcomes = [await notifier.deliver(kept(info)).catch((failure) => failure.verdict)];
  outcomes.push(await notifier.deliver(kept(info)));
  expect(outcomes.at(-1)).toBe('delivered');
  expect(server.sockets).toHaveLength(2);
});

test.each([
  ['no address', { address: '' }, {}, 'NATS server address cannot be empty'],
  ['no subject', { channel: '' }, {}, 'NATS subject (channel) cannot be empty or have blanks'],
  ['a subject of two words', { channel: 'a b' }, {}, 'NATS subject (channel) cannot be empty or have blanks'],
  ['another scheme', { address: 'https://broker.example' }, {}, 'each must be nats://host:port or tls://host:port'],
  ['a bad seed', {}, { nkey: 'SUXX' }, "the Secret's key 'nkey' has no NATS credentials"],
  ['a bad file of credentials', {}, { creds: 'nothing' }, "the Secret's key 'creds' has no NATS credentials"],
])('%s is refused', async (_what, change, creds, message) => {
  const spec = { type: 'nats', address: 'nats://broker.example', channel: 'flux', secretRef: { name: 'creds' } };
  notifier = notifierFor({ ...spec, ...change }, { secrets: { creds } });
  expect(await notifier.failure(kept(info))).toMatchObject({
    verdict: 'final',
    message: expect.stringContaining(message),
  });
});

test('nobody there passes, a link-local address never does, and neither is named', async () => {
  server.close();
  notifier = notifierFor({ type: 'nats', address: server.host, channel: 'flux' });
  const failure = await notifier.failure(kept(info));
  expect([failure.verdict, failure.message]).toEqual(['passing', 'NATS connection failed: ECONNREFUSED']);
  await notifier.end();
  notifier = notifierFor({ type: 'nats', address: '169.254.169.254:4222', channel: 'flux' });
  expect(await notifier.failure(kept(info))).toMatchObject({
    verdict: 'final',
    message: 'the address is link-local, which --alert-allow-link-local would allow',
  });
});
