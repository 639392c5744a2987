import { once } from 'node:events';
import { type ClientRequest, createServer, request } from 'node:http';
import { expect, test } from 'vitest';
import { createGuardedAgents } from '../../../operator/sources/guarded-agents.ts';
import { RefusedAddressError } from '../../../operator/verify/guarded-lookup.ts';

test('a name that leads to a link-local address is not connected to', async () => {
  const { httpAgent } = createGuardedAgents({
    maxSockets: 1,
    lookup: (_, __, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]),
  });
  const outgoing = request({ host: 'metadata.example.com', agent: httpAgent });
  outgoing.end();
  const [error] = await once(outgoing, 'error');
  expect(error).toBeInstanceOf(RefusedAddressError);
  httpAgent.destroy();
});

test('a connection is let go of before a server that says how long it keeps one ends it', async () => {
  const server = createServer((_, response) => response.end());
  server.keepAliveTimeout = 2_000;
  server.keepAliveTimeoutBuffer = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const { httpAgent } = createGuardedAgents({ maxSockets: 1 });
  const ask = async (): Promise<ClientRequest> => {
    const outgoing = request({ port: typeof address === 'object' ? address?.port : 0, agent: httpAgent });
    outgoing.end();
    const [response] = await once(outgoing, 'response');
    response.resume();
    await once(response, 'end');
    return outgoing;
  };
  const first = await ask();
  await once(first.socket ?? server, 'close');
  expect((await ask()).reusedSocket).toBe(false);
  httpAgent.destroy();
  server.close();
});
