// A PROXY header taken off a connection.
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ProxiedAddress, readProxyHeader } from '../../../../operator/http/sender/read-proxy-header.ts';
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts';
import { type SocketPair, socketPair } from '../socket-pair.ts';

const TIMEOUT_MS = 10_000;

let pair: SocketPair;
let clock: ManualClock;
let read: Promise<ProxiedAddress>;

beforeEach(async () => {
  pair = await socketPair();
  clock = createManualClock();
  read = new Promise((done) => readProxyHeader(pair.socket, { timeoutMs: TIMEOUT_MS, clock, done }));
});

afterEach(() => {
  pair.sender.destroy();
  pair.socket.destroy();
});

it('names the client, and leaves what follows it', async () => {
  pair.sender.write('PROXY TCP4 198.51.100.1 203.0.113.7 4444 80\r\nPOST');
  expect(await read).toBe('198.51.100.1');
  expect(String((await once(pair.socket, 'data'))[0])).toBe('POST');
  expect(clock.pendingTimers).toBe(0);
});

it('may come in pieces, within its time', async () => {
  pair.sender.write('PROXY UNK');
  await expect.poll(() => pair.socket.bytesRead).toBe(9);
  await clock.advance(TIMEOUT_MS - 1);
  pair.sender.write('NOWN\r\n');
  expect(await read).toBeUndefined();
  expect(pair.socket.destroyed).toBe(false);
});

it('that does not come in time ends the connection', async () => {
  pair.sender.write('PROXY UNK');
  await clock.advance(TIMEOUT_MS);
  expect(await read).toBe(false);
  expect(pair.socket.destroyed).toBe(true);
});

it.each([
  ['is none', () => pair.sender.write('POST /hook/x HTTP/1.1\r\n')],
  ['ends half-way', () => pair.sender.end('PROXY UNK')],
])('that %s ends the connection', async (_name, send) => {
  send();
  expect(await read).toBe(false);
  expect(pair.socket.destroyed).toBe(true);
});

it('leaves no timer behind when the connection ends first', async () => {
  const closed = once(pair.socket, 'close');
  pair.socket.destroy();
  await closed;
  expect(clock.pendingTimers).toBe(0);
});
