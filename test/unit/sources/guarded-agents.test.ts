import { once } from 'node:events';
import { request } from 'node:http';
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
