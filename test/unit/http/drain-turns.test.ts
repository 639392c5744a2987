// Connections that are read only to throw away what comes: a few at a time, on real sockets.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createDrainTurns } from '../../../operator/http/drain-turns.ts';
import { waitFor } from '../../support/wait-for.ts';

const MUCH = Buffer.alloc(8 * 1024 * 1024);
const sockets: Socket[] = [];
let server: Server | undefined;

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.close();
});

async function pairs(count: number): Promise<{ client: Socket; served: Socket }[]> {
  const listening = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  server = listening;
  await once(listening, 'listening');
  const made: { client: Socket; served: Socket }[] = [];
  for (let i = 0; i < count; i++) {
    const client = connect((listening.address() as AddressInfo).port, '127.0.0.1');
    const [served] = (await once(listening, 'connection')) as [Socket];
    for (const socket of [client, served]) sockets.push(socket.on('error', () => {}));
    made.push({ client, served });
  }
  return made;
}

it('reads from as many as it may, and from the next when one is closed', async () => {
  const turns = createDrainTurns(1);
  const [first, second, third] = await pairs(3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were asked for');
  for (const { client, served } of [first, second, third]) {
    served.resume();
    turns.join(served);
    client.write(MUCH);
  }
  await waitFor('all of the first', () => first.served.bytesRead === MUCH.length);
  expect(second.served.bytesRead).toBeLessThan(MUCH.length);
  expect(third.served.bytesRead).toBeLessThan(MUCH.length);
  third.served.destroy();
  first.served.destroy();
  await waitFor('all of the second', () => second.served.bytesRead === MUCH.length);
});

it('holds nobody back while there are few', async () => {
  const turns = createDrainTurns(2);
  const both = await pairs(2);
  for (const { client, served } of both) {
    served.resume();
    turns.join(served);
    client.end(MUCH);
  }
  await waitFor('all of both', () => both.every(({ served }) => served.bytesRead === MUCH.length));
});
