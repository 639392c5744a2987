// The end of a connection whose sender may still be sending.
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { linger } from '../../../../operator/http/guard/linger.ts';
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts';
import { type SocketPair, socketPair } from '../socket-pair.ts';

const DRAIN_TIMEOUT_MS = 5_000;
/** More than the time between two checks of how much came. */
const SOON_MS = 1_000;

let pair: SocketPair;
let clock: ManualClock;

beforeEach(async () => {
  pair = await socketPair();
  clock = createManualClock();
});

afterEach(() => {
  pair.sender.destroy();
  pair.socket.destroy();
});

const lingerFor = (drainBytes: number) => linger(pair.socket, { drainBytes, drainTimeoutMs: DRAIN_TIMEOUT_MS }, clock);

it('sends what is yet to be sent, and ends when the sender does', async () => {
  pair.socket.write('answer');
  lingerFor(1_000);
  const closed = once(pair.socket, 'close');
  expect(String((await once(pair.sender, 'data'))[0])).toBe('answer');
  pair.sender.end();
  await closed;
  expect(clock.pendingTimers).toBe(0);
});

it('waits for a sender that does not end, but not for ever', async () => {
  lingerFor(1_000);
  await clock.advance(DRAIN_TIMEOUT_MS - 1);
  expect(pair.socket.destroyed).toBe(false);
  await clock.advance(1);
  expect(pair.socket.destroyed).toBe(true);
});

it('reads so many bytes and no more', async () => {
  lingerFor(1_000);
  pair.sender.write(Buffer.alloc(999));
  await expect.poll(() => pair.socket.bytesRead).toBe(999);
  await clock.advance(SOON_MS);
  expect(pair.socket.destroyed).toBe(false);
  pair.sender.write('x');
  await expect.poll(() => pair.socket.bytesRead).toBe(1_000);
  await clock.advance(SOON_MS);
  expect(pair.socket.destroyed).toBe(true);
});

it('does nothing for a socket that has ended', () => {
  pair.socket.destroy();
  lingerFor(1_000);
  expect(clock.pendingTimers).toBe(0);
});
